extension Matrix {
  /// Each row divided by its Euclidean norm, with what is needed to carry a gradient back.
  ///
  /// Unit row x̂ = x / ‖x‖₂, for every row that is not zero, however small or large: norms are
  /// summed in Double, which holds the square of any Float32. Complexity: O(rows · columns).
  ///
  /// - Parameters:
  ///   - argument: the name to use in errors.
  ///   - zeroRows: what becomes of rows of zeros.
  /// - Returns: the unit rows and their former norms.
  /// - Throws: `ContrastiveError.nonFinite`, or `.zeroNorm` for a row of zeros that is refused;
  ///   `.file` for rows beyond the memory, where there is no room for them on the disk either.
  public func normalized(
    argument: String = "embeddings", zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) -> NormalizedRows {
    try normalized(argument: argument, zeroRows: zeroRows, workers: .one)
  }

  /// The same by several threads, to the same bits.
  package func normalized(
    argument: String, zeroRows: ZeroRows = .refuse, workers: Workers
  ) throws(ContrastiveError) -> NormalizedRows {
    try Operand(argument, self).requireMagnitude(.greatestFiniteMagnitude, workers)
    let norms = rowDots(self, workers: workers).map { $0.squareRoot() }
    if zeroRows == .refuse, let row = norms.firstIndex(of: 0) {
      throw .zeroNorm(argument: argument, row: row)
    }
    return NormalizedRows(
      rows: try scaled(norms.map(Self.inverse), workers: workers), norms: norms)
  }
}

extension Matrix {
  /// What a row of a norm is multiplied by; a row of zeros stays.
  fileprivate static func inverse(_ norm: Double) -> Double { norm > 0 ? 1 / norm : 0 }
}

/// Unit rows and the norms they had.
public struct NormalizedRows: Sendable {
  /// The unit rows; zeros where a row of zeros was kept.
  public let rows: Matrix
  /// The norms the rows had.
  public let norms: [Double]
}

extension NormalizedRows {
  /// Rows that are unit rows already.
  package init(unit rows: Matrix) {
    self.init(rows: rows, norms: [Double](repeating: 1, count: rows.rows))
  }

  /// Carries ∂loss/∂(unit rows) back to the rows as they were.
  ///
  /// ∂loss/∂x = (g − ⟨g, x̂⟩ x̂) / ‖x‖ for g = ∂loss/∂x̂; zeros for a row of zeros.
  ///
  /// - Parameter gradient: of the unit rows' shape.
  /// - Returns: ∂loss/∂rows before they were normalized.
  /// - Throws: `ContrastiveError.shape`, and `.tooLarge` for a gradient beyond Float32, which only
  ///   rows of norms below 1e-30 can have.
  public func backward(_ gradient: Matrix) throws(ContrastiveError) -> Matrix {
    try Operand("gradient", gradient).requireShape(of: Operand("rows", rows))
    return try backward(gradient, workers: .one)
  }

  /// The same of some rows, `first` and those after it, in the gradient's own memory where no one
  /// else has it.
  package func backward(
    _ gradient: consuming Matrix, from first: Int = 0, workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    precondition(first >= 0 && first + gradient.rows <= rows.rows)
    precondition(gradient.columns == rows.columns)
    let (count, columns, norms) = (gradient.rows, rows.columns, norms)
    @Sendable func carry(
      _ row: Int, _ values: UnsafePointer<Float>, _ unit: UnsafePointer<Float>,
      to target: UnsafeMutablePointer<Float>
    ) {
      let along = Float(-RowKernels.best.dot(values, unit, count: columns))
      let inverse = Matrix.inverse(norms[row])
      for column in 0..<columns {
        target[column] = Float(Double(values[column] + along * unit[column]) * inverse)
      }
    }
    for row in first..<(first + count) where norms[row] < 1e-30 {
      var carried = [Float](repeating: 0, count: columns)
      carry(row, Array(gradient.row(row - first)), Array(rows.row(row)), to: &carried)
      guard let column = carried.firstIndex(where: { !$0.isFinite }) else { continue }
      throw .tooLarge(
        argument: "gradient", row: row, column: column, found: "\(gradient[row - first, column])",
        limit: "Float32 holds over \(norms[row]), the norm of the row")
    }
    var result = gradient
    result.withMutableSharedMemory { gradient in
      rows.withSharedMemory { unit in
        workers.forEachRun(of: count, size: 256) { run in
          for row in run {
            let values = gradient + row * columns
            carry(first + row, values, unit + (first + row) * columns, to: values)
          }
        }
      }
    }
    return result
  }
}
