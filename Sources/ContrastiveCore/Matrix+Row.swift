extension Matrix {
  /// The elements of one row, indexed from 0.
  ///
  /// It shares the matrix's storage and is copied only when turned into an array.
  @frozen public struct Row: Sendable {
    @usableFromInline let storage: [Float]
    @usableFromInline let start: Int
    /// Number of elements.
    public let count: Int

    @inlinable init(storage: [Float], start: Int, count: Int) {
      self.storage = storage
      self.start = start
      self.count = count
    }
  }

  /// The elements of one row.
  ///
  /// - Precondition: 0 ≤ index < rows.
  /// - Complexity: O(1), or O(columns) where the matrix's elements are someone else's.
  public func row(_ index: Int) -> Row {
    precondition(0..<rows ~= index, "row outside the matrix")
    let start = index * columns
    return isBorrowed
      ? Row(
        storage: withUnsafeBufferPointer { Array($0[start..<(start + columns)]) }, start: 0,
        count: columns)
      : Row(storage: storage, start: start, count: columns)
  }
}

extension Matrix.Row: RandomAccessCollection {
  /// 0.
  @inlinable public var startIndex: Int { 0 }
  /// The number of elements.
  @inlinable public var endIndex: Int { count }

  /// The element in a column.
  @inlinable public subscript(column: Int) -> Float {
    precondition(column >= 0 && column < count, "column outside the row")
    return storage[start + column]
  }

  /// Calls `body` with the elements where they are.
  @inlinable public func withContiguousStorageIfAvailable<R>(
    _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R? {
    try storage.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[start..<(start + count)]))
    }
  }
}

extension Matrix.Row: Hashable {
  /// Equal elements in the same order.
  public static func == (a: Self, b: Self) -> Bool { a.elementsEqual(b) }

  /// Adds the elements to a hash.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for value in self { hasher.combine(value) }
  }
}

extension Matrix.Row: CustomStringConvertible {
  /// The elements as an array's.
  public var description: String { Array(self).description }
}
