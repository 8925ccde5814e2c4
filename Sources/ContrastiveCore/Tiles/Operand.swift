/// A matrix under the name the user knows it by.
package struct Operand: Sendable {
  package let name: String
  package let matrix: Matrix

  package init(_ name: String, _ matrix: Matrix) {
    self.name = name
    self.matrix = matrix
  }

  /// The largest magnitude an element may have: dot products of such rows stay finite.
  package var limit: Float {
    min(1e18, 1.8e19 / Float(max(1, matrix.columns)).squareRoot())
  }

  /// The error for the element at a position in row-major order.
  package func fault(at position: Int) -> ContrastiveError {
    let (row, column) = position.quotientAndRemainder(dividingBy: max(1, matrix.columns))
    let value = matrix[row, column]
    return value.isFinite
      ? .tooLarge(argument: name, row: row, column: column, found: "\(value)", limit: "\(limit)")
      : .nonFinite(argument: name, row: row, column: column, found: "\(value)")
  }

  /// Checks that every element is finite and not too large for a dot product.
  package func requireFinite() throws(ContrastiveError) {
    let position = matrix.withUnsafeBufferPointer { values in
      values.baseAddress.flatMap {
        RowKernels.best.firstBeyond($0, count: values.count, limit: limit)
      }
    }
    if let position { throw fault(at: position) }
  }

  /// Checks that there is a row, and a dimension of at least 1.
  package func requireRows() throws(ContrastiveError) {
    guard matrix.rows > 0 else { throw .empty(argument: name) }
    guard matrix.columns > 0 else {
      throw .shape(argument: name, found: matrix.shape, expected: "a dimension of at least 1")
    }
  }

  /// Checks the number of columns against another operand's.
  package func requireDimension(of other: Operand) throws(ContrastiveError) {
    guard matrix.columns == other.matrix.columns else {
      throw .shape(
        argument: name, found: matrix.shape,
        expected: "[\(matrix.rows) × \(other.matrix.columns)], the dimension of \(other.name)")
    }
  }

  /// Checks the whole shape against another operand's.
  package func requireShape(of other: Operand) throws(ContrastiveError) {
    guard matrix.rows == other.matrix.rows, matrix.columns == other.matrix.columns else {
      throw .shape(
        argument: name, found: matrix.shape,
        expected: "\(other.matrix.shape), the shape of \(other.name)")
    }
  }
}
