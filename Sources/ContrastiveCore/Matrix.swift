/// A dense row-major matrix of Float32: one embedding a row.
///
/// A value: a copy shares its storage until one of the two is written to. The storage may be
/// longer than `rows × columns`, which is how a bank hands out its filled rows without a copy.
public struct Matrix: Sendable {
  /// Number of rows (embeddings).
  public let rows: Int
  /// Number of columns (the embeddings' dimension).
  public let columns: Int
  package private(set) var storage: [Float]

  /// Shares `storage`, of which the first `rows × columns` elements are the matrix.
  package init(rows: Int, columns: Int, sharing storage: [Float]) {
    precondition(rows >= 0 && columns >= 0 && storage.count >= rows * columns)
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix of zeros.
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
      return storage[row * columns + column]
    }
    set {
      precondition(0..<rows ~= row && 0..<columns ~= column, "index outside the matrix")
      storage[row * columns + column] = newValue
    }
  }

  /// All elements in row-major order, the first at index 0.
  public var values: ArraySlice<Float> { storage[..<(rows * columns)] }

  /// The shape as `[rows × columns]`, for messages.
  public var shape: String { "[\(rows) × \(columns)]" }

  /// Calls `body` with the elements in row-major order.
  public func withSpan<R, E: Error>(_ body: (Span<Float>) throws(E) -> R) throws(E) -> R {
    try body(storage.span.extracting(first: rows * columns))
  }

  /// Calls `body` with the elements in row-major order.
  public func withUnsafeBufferPointer<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try storage.withUnsafeBufferPointer { buffer throws(E) in
      try body(UnsafeBufferPointer(rebasing: buffer[..<(rows * columns)]))
    }
  }

  /// Calls `body` with the elements in row-major order, to be changed in place.
  public mutating func withUnsafeMutableBufferPointer<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    let count = rows * columns
    return try storage.withUnsafeMutableBufferPointer { buffer throws(E) in
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
