extension Matrix {
  /// Each row divided by its Euclidean norm, with what is needed to carry a gradient back.
  ///
  /// Unit row x̂ = x / ‖x‖₂, for every row that is not zero, however small or large: norms are
  /// summed in Double, which holds the square of any Float32. Complexity: O(rows · columns).
  ///
  /// - Parameters:
  ///   - argument: the name to use in errors.
  ///   - zeroRows: what becomes of rows of zeros.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the unit rows and their former norms.
  /// - Throws: `ContrastiveError.nonFinite`, or `.zeroNorm` for a row of zeros that is refused; `.file`
  ///   for rows beyond the memory, where there is no room for them on the disk either.
  public func normalized(
    argument: String = "embeddings", zeroRows: ZeroRows = .refuse, workers: Workers = .one
  ) throws(ContrastiveError) -> NormalizedRows {
    let norms = rowDots(self, workers: workers).map { $0.squareRoot() }
    if !norms.allSatisfy(\.isFinite), let position = firstNonFinite {
      throw Operand(argument, self).fault(at: position)
    }
    if zeroRows == .refuse, let row = norms.firstIndex(of: 0) {
      throw .zeroNorm(argument: argument, row: row)
    }
    return NormalizedRows(rows: try scaled(norms.map(Self.inverse), workers: workers), norms: norms)
  }
}

extension Matrix {
  /// What a row of a norm is multiplied by; a row of zeros stays.
  fileprivate static func inverse(_ norm: Double) -> Double { norm > 0 ? 1 / norm : 0 }

  /// The place of the first NaN or infinity.
  fileprivate var firstNonFinite: Int? {
    withUnsafeBufferPointer { values in
      values.baseAddress.flatMap {
        RowKernels.best.firstBeyond($0, count: values.count, limit: .greatestFiniteMagnitude)
      }
    }
  }
}

/// Unit rows and the norms they had.
public struct NormalizedRows: Sendable {
  /// The unit rows; zeros where a row of zeros was kept.
  public let rows: Matrix
  /// The norms the rows had.
  public let norms: [Double]

  init(rows: Matrix, norms: [Double]) {
    self.rows = rows
    self.norms = norms
  }

  /// Rows that are unit rows already.
  package init(unit rows: Matrix) {
    self.init(rows: rows, norms: [Double](repeating: 1, count: rows.rows))
  }

  /// Carries ∂loss/∂(unit rows) back to the rows as they were.
  ///
  /// ∂loss/∂x = (g − ⟨g, x̂⟩ x̂) / ‖x‖ for g = ∂loss/∂x̂; zeros for a row of zeros.
  ///
  /// - Parameters:
  ///   - gradient: of the unit rows' shape.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: ∂loss/∂rows before they were normalized.
  /// - Throws: `ContrastiveError.shape`, and `.tooLarge` for a gradient beyond Float32, which only
  ///   rows of norms below 1e-30 can have.
  public func backward(
    _ gradient: Matrix, workers: Workers = .one
  ) throws(ContrastiveError) -> Matrix {
    try Operand("gradient", gradient).requireShape(of: Operand("rows", rows))
    let (columns, norms) = (rows.columns, norms)
    let result = rows.withSharedMemory(and: gradient) { unit, slope in
      Matrix(rows: norms.count, columns: columns) { target in
        let target = SharedMemory(target)
        workers.forEachRun(of: norms.count, size: 64) { run in
          for row in run {
            let start = row * columns
            let (unit, slope) = (unit + start, slope + start)
            let along = Float(-RowKernels.best.dot(unit, slope, count: columns))
            let inverse = Matrix.inverse(norms[row])
            for column in 0..<columns {
              (target + start + column).initialize(
                to: Float(Double(slope[column] + along * unit[column]) * inverse))
            }
          }
        }
      }
    }
    for row in norms.indices where norms[row] < 1e-30 {
      let values = result.row(row)
      guard let column = values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw .tooLarge(
        argument: "gradient", row: row, column: column - values.startIndex,
        found: "\(gradient[row, column - values.startIndex])",
        limit: "norm \(norms[row]) of the row")
    }
    return result
  }
}
