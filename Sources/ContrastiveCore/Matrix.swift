/// A dense row-major matrix of Float32: one embedding a row.
///
/// A value: a copy shares its storage until one of the two is written to. The storage may be
/// longer than `rows × columns`, which is how a bank hands out its filled rows without a copy.
public struct Matrix: Sendable {
  /// Number of rows (embeddings).
  public let rows: Int
  /// Number of columns (the embeddings' dimension).
  public let columns: Int
  // Empty where the elements are someone else's.
  private var array: [Float]
  private var borrowed: BorrowedElements?

  /// Shares `storage`, of which the first `rows × columns` elements are the matrix.
  package init(rows: Int, columns: Int, sharing storage: [Float]) {
    precondition(rows >= 0 && columns >= 0 && storage.count >= rows * columns)
    self.rows = rows
    self.columns = columns
    array = storage
  }

  /// Reads elements where they are, without a copy: they must be there, and stay as they are, as
  /// long as the matrix or what shares its elements is in use.
  ///
  /// Written to, the matrix becomes one of its own.
  package init(rows: Int, columns: Int, borrowing base: UnsafePointer<Float>) {
    precondition(rows >= 0 && columns >= 0)
    self.rows = rows
    self.columns = columns
    array = []
    borrowed = BorrowedElements(base: base)
  }

  /// The same elements as a matrix of another shape, of no more elements.
  package func reshaped(rows: Int, columns: Int) -> Matrix {
    precondition(rows * columns <= self.rows * self.columns)
    return borrowed.map { Matrix(rows: rows, columns: columns, borrowing: $0.base) }
      ?? Matrix(rows: rows, columns: columns, sharing: array)
  }

  /// The elements, of which there may be more than `rows × columns`; copied where they are
  /// borrowed.
  package var storage: [Float] {
    borrowed == nil ? array : withUnsafeBufferPointer { Array($0) }
  }

  /// Whether the elements are someone else's.
  var isBorrowed: Bool { borrowed != nil }

  private mutating func makeOwn() {
    guard borrowed != nil else { return }
    array = storage
    borrowed = nil
  }

  /// A matrix of zeros.
  ///
  /// - Precondition: `rows` and `columns` are 0 or more, and so many elements fit into memory.
  public init(zeros rows: Int, by columns: Int) {
    self.init(
      rows: rows, columns: columns, sharing: [Float](repeating: 0, count: rows * columns))
  }

  /// A matrix whose elements `fill` writes; it must write every one of them.
  package init(
    rows: Int, columns: Int, filling fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    let count = rows * columns
    let storage = try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
    self.init(rows: rows, columns: columns, sharing: storage)
  }

  /// The element at a row and a column.
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(0..<rows ~= row && 0..<columns ~= column, "index outside the matrix")
      let position = row * columns + column
      return borrowed.map { $0.base[position] } ?? array[position]
    }
    set {
      precondition(0..<rows ~= row && 0..<columns ~= column, "index outside the matrix")
      makeOwn()
      array[row * columns + column] = newValue
    }
  }

  /// All elements in row-major order, the first at index 0.
  public var values: ArraySlice<Float> { storage[..<(rows * columns)] }

  /// The shape as `[rows × columns]`, for messages.
  package var shape: String { "[\(rows) × \(columns)]" }

  /// Calls `body` with the elements in row-major order.
  public func withSpan<R, E: Error>(_ body: (Span<Float>) throws(E) -> R) throws(E) -> R {
    try withUnsafeBufferPointer { buffer throws(E) in try body(buffer.span) }
  }

  /// Calls `body` with the elements in row-major order.
  public func withUnsafeBufferPointer<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    if let borrowed {
      return try body(UnsafeBufferPointer(start: borrowed.base, count: rows * columns))
    }
    return try array.withUnsafeBufferPointer { buffer throws(E) in
      try body(UnsafeBufferPointer(rebasing: buffer[..<(rows * columns)]))
    }
  }

  /// Calls `body` with the elements in row-major order, to be changed in place.
  public mutating func withUnsafeMutableBufferPointer<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    let count = rows * columns
    makeOwn()
    return try array.withUnsafeMutableBufferPointer { buffer throws(E) in
      try body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
    }
  }
}

extension Matrix: Equatable {
  /// Equal shapes and equal elements.
  public static func == (a: Matrix, b: Matrix) -> Bool {
    a.rows == b.rows && a.columns == b.columns && a.values == b.values
  }
}

/// Elements that are someone else's, who promises that they stay.
private struct BorrowedElements: @unchecked Sendable {
  let base: UnsafePointer<Float>
}
