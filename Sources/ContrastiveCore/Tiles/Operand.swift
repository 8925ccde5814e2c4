/// A matrix under the name the user knows it by.
package struct Operand: Sendable {
  package private(set) var name: String
  private let elements: Elements
  /// Its rows in 16 bits, by which passes multiply it where both of their operands have such.
  package private(set) var codes: ShortRows?
  /// Of rows that `TwinRows` interleaves the first ones in 16 bits; the others are multiplied in
  /// Float32.
  private(set) var firstTwins: ShortRows?

  private enum Elements: Sendable {
    case single(Matrix)
    case half(HalfMatrix)
  }

  package init(_ name: String, _ matrix: Matrix) {
    self.name = name
    elements = .single(matrix)
  }

  /// Interleaved rows of which the first ones may be encoded.
  init(_ name: String, _ matrix: Matrix, firstTwins: ShortRows?) {
    self.init(name, matrix)
    self.firstTwins = firstTwins
  }

  /// Columns of a pass that are widened tile by tile; they can be no pass's rows.
  package init(_ name: String, _ matrix: HalfMatrix) {
    self.name = name
    elements = .half(matrix)
  }

  /// The same under another name.
  package func named(_ name: String) -> Operand {
    var operand = self
    operand.name = name
    return operand
  }

  /// The same with its rows in 16 bits, which it may have already.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  package func encoded(
    product: ShortProduct = .best, workers: Workers
  ) throws(ContrastiveError) -> Operand {
    if codes?.product == product { return self }
    var operand = self
    operand.codes = try ShortRows(self, product: product, workers: workers)
    return operand
  }

  /// The same with the codes that are kept of it.
  package func encoded(as codes: ShortRows?) -> Operand {
    var operand = self
    operand.codes = codes
    return operand
  }

  /// The same in the precision that workers compute in.
  ///
  /// - Throws: `ContrastiveError`: in 16 bits `.nonFinite`, `.tooLarge`.
  package func inPrecision(of workers: Workers) throws(ContrastiveError) -> Operand {
    workers.precision == .int16 ? try encoded(workers: workers) : self
  }

  /// The matrix of an operand in Float32.
  package var matrix: Matrix {
    guard case .single(let matrix) = elements else {
      preconditionFailure("\(name) is not in Float32")
    }
    return matrix
  }

  /// The matrix of an operand in half precision.
  package var half: HalfMatrix? {
    if case .half(let matrix) = elements { matrix } else { nil }
  }

  /// The same in Float32, exactly.
  package var widened: Operand { half.map { Operand(name, $0.widened) } ?? self }

  /// Number of rows.
  package var rows: Int {
    switch elements {
    case .single(let matrix): matrix.rows
    case .half(let matrix): matrix.rows
    }
  }

  /// The rows' dimension.
  package var dimension: Int {
    switch elements {
    case .single(let matrix): matrix.columns
    case .half(let matrix): matrix.columns
    }
  }

  /// The shape as `[rows × columns]`, for messages.
  package var shape: String { "[\(rows) × \(dimension)]" }

  /// The rows at some indices, in their order, as Float32.
  package func rows(at indices: some Collection<Int>) -> Matrix {
    switch elements {
    case .single(let matrix): matrix.rows(at: indices)
    case .half(let matrix): matrix.rows(at: indices)
    }
  }

  /// The largest magnitude an element may have: dot products of such rows stay finite.
  package var limit: Float {
    min(1e18, 1.8e19 / Float(max(1, dimension)).squareRoot())
  }

  /// The error for the element at a position in row-major order.
  package func fault(at position: Int, limit: Float? = nil) -> ContrastiveError {
    let (row, column) = position.quotientAndRemainder(dividingBy: max(1, matrix.columns))
    let value = matrix[row, column]
    return value.isFinite
      ? .tooLarge(
        argument: name, row: row, column: column, found: "\(value)",
        limit: "\(limit ?? self.limit)")
      : .nonFinite(
        argument: name, row: row, column: column, found: value.isNaN ? "nan" : "\(value)")
  }

  /// Checks that every element is finite, for what computes in Double alone.
  package func requireNumbers() throws(ContrastiveError) {
    try requireMagnitude(.greatestFiniteMagnitude)
  }

  /// Checks that every element is finite and not too large for a dot product; halves always are.
  package func requireFinite(_ workers: Workers = .one) throws(ContrastiveError) {
    try requireMagnitude(limit, workers)
  }

  /// Checks that no element's magnitude is above a limit.
  package func requireMagnitude(
    _ limit: Float, _ workers: Workers = .one
  ) throws(ContrastiveError) {
    guard case .single(let matrix) = elements else { return }
    let piece = 1 << 16
    let found = matrix.withSharedMemory { values in
      workers.map(pieces(values.count, piece)) { index in
        let start = index * piece
        return RowKernels.best.firstBeyond(
          values + start, count: min(piece, values.count - start), limit: limit
        ).map { start + $0 }
      }
    }
    if let position = found.compactMap({ $0 }).first { throw fault(at: position, limit: limit) }
  }

  /// Checks that there is a row, and a dimension of at least 1.
  package func requireRows() throws(ContrastiveError) {
    guard rows > 0 else { throw .empty(argument: name) }
    guard dimension > 0 else {
      throw .shape(argument: name, found: shape, expected: "a dimension of at least 1")
    }
  }

  /// Checks the number of columns against another operand's.
  package func requireDimension(of other: Operand) throws(ContrastiveError) {
    guard dimension == other.dimension else {
      throw .shape(
        argument: name, found: shape,
        expected: "[\(rows) × \(other.dimension)], the dimension of \(other.name)")
    }
  }

  /// Checks the whole shape against another operand's.
  package func requireShape(of other: Operand) throws(ContrastiveError) {
    guard rows == other.rows, dimension == other.dimension else {
      throw .shape(
        argument: name, found: shape, expected: "\(other.shape), the shape of \(other.name)")
    }
  }
}
