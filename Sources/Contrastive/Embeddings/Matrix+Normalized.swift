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
  /// - Throws: `ContrastiveError.nonFinite`, or `.zeroNorm` for a row of zeros that is refused; `.file`
  ///   for rows beyond the memory, where there is no room for them on the disk either.
  public func normalized(
    argument: String = "embeddings", zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) -> NormalizedRows {
    let position = withUnsafeBufferPointer { values in
      values.baseAddress.flatMap {
        RowKernels.best.firstBeyond($0, count: values.count, limit: .greatestFiniteMagnitude)
      }
    }
    if let position { throw Operand(argument, self).fault(at: position) }
    let norms = rowDots(self).map { $0.squareRoot() }
    if zeroRows == .refuse, let row = norms.firstIndex(of: 0) {
      throw .zeroNorm(argument: argument, row: row)
    }
    return NormalizedRows(rows: try scaled(norms.map(Self.inverse)), norms: norms)
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
  /// - Parameter gradient: of the unit rows' shape.
  /// - Returns: ∂loss/∂rows before they were normalized.
  /// - Throws: `ContrastiveError.shape`, and `.tooLarge` for a gradient beyond Float32, which only
  ///   rows of norms below 1e-30 can have.
  public func backward(_ gradient: Matrix) throws(ContrastiveError) -> Matrix {
    try Operand("gradient", gradient).requireShape(of: Operand("rows", rows))
    let along = rows.rowDots(gradient)
    var result = gradient
    result.addRows(of: rows) { Float(-along[$0]) }
    result = result.rows(times: norms.map(Matrix.inverse))
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
