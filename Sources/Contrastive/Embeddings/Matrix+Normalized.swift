extension Matrix {
  /// Each row divided by its Euclidean norm, with what is needed to carry a gradient back.
  ///
  /// Unit row x̂ = x / max(‖x‖₂, 1e-12). Norms are summed in Double. Complexity: O(rows · columns).
  ///
  /// - Parameter argument: the name to use in errors.
  /// - Returns: the unit rows and their former norms.
  /// - Throws: `ContrastiveError.nonFinite`, `.tooLarge`, or `.zeroNorm` for a row of zeros.
  public func normalized(
    argument: String = "embeddings"
  ) throws(ContrastiveError) -> NormalizedRows {
    try Operand(argument, self).requireFinite()
    let norms = rowDots(self).map { $0.squareRoot() }
    if let row = norms.firstIndex(of: 0) { throw .zeroNorm(argument: argument, row: row) }
    // In Double: the reciprocal of a tiny norm overflows Float.
    return NormalizedRows(rows: rows(times: norms.map { 1 / max($0, 1e-12) }), norms: norms)
  }
}

/// Unit rows and the norms they had.
public struct NormalizedRows: Sendable {
  /// The unit rows.
  public let rows: Matrix
  /// The norms the rows had.
  public let norms: [Double]

  /// Carries ∂loss/∂(unit rows) back to the rows as they were.
  ///
  /// ∂loss/∂x = (g − ⟨g, x̂⟩ x̂) / ‖x‖ for g = ∂loss/∂x̂; where the norm was below 1e-12 the
  /// division was by that constant, and the gradient is g · 1e12.
  ///
  /// - Parameter gradient: of the unit rows' shape.
  /// - Returns: ∂loss/∂rows before they were normalized.
  /// - Throws: `ContrastiveError.shape`.
  public func backward(_ gradient: Matrix) throws(ContrastiveError) -> Matrix {
    try Operand("gradient", gradient).requireShape(of: Operand("rows", rows))
    let along = rows.rowDots(gradient)
    var result = gradient
    result.addRows(of: rows) { norms[$0] < 1e-12 ? 0 : Float(-along[$0]) }
    return result.rows(times: norms.map { 1 / max($0, 1e-12) })
  }
}
