/// Memory that several workers write, each in a part of its own.
///
/// Inlinable, because elements are reached one by one from other modules.
/// The promise that parts are disjoint is the caller's; Swift cannot see it, hence `@unchecked`.
package struct SharedMemory<Element>: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Element>
  package let count: Int

  package init(_ buffer: UnsafeMutableBufferPointer<Element>) {
    // An empty buffer may have no address; no worker then touches it.
    base =
      buffer.baseAddress
      ?? UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment)
      .unsafelyUnwrapped
    count = buffer.count
  }

  @inlinable package subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  @inlinable package static func + (memory: SharedMemory, offset: Int) -> UnsafeMutablePointer<
    Element
  > {
    memory.base + offset
  }

  /// The same memory where its first element has an index other than 0.
  package func starting(at index: Int) -> SharedMemory {
    SharedMemory(UnsafeMutableBufferPointer(start: base - index, count: index + count))
  }
}

/// Memory that several workers read.
package struct SharedReadOnlyMemory<Element>: @unchecked Sendable {
  package let base: UnsafePointer<Element>
  package let count: Int

  package init(_ buffer: UnsafeBufferPointer<Element>) {
    base =
      buffer.baseAddress
      ?? UnsafePointer(bitPattern: MemoryLayout<Element>.alignment)
      .unsafelyUnwrapped
    count = buffer.count
  }

  @inlinable package subscript(index: Int) -> Element { base[index] }

  @inlinable package static func + (memory: SharedReadOnlyMemory, offset: Int) -> UnsafePointer<
    Element
  > {
    memory.base + offset
  }

  /// Some of the elements, counted from the first of them.
  subscript(range: Range<Int>) -> SharedReadOnlyMemory {
    SharedReadOnlyMemory(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}

extension Array {
  /// Calls `body` with the elements as workers read them: without counting references to the array.
  package func withSharedMemory<R>(_ body: (SharedReadOnlyMemory<Element>) -> R) -> R {
    withUnsafeBufferPointer { body(SharedReadOnlyMemory($0)) }
  }

  /// Calls `body` with the elements as workers write them.
  package mutating func withMutableSharedMemory<R, Failure: Error>(
    _ body: (SharedMemory<Element>) throws(Failure) -> R
  ) throws(Failure) -> R {
    try withUnsafeMutableBufferPointer { buffer throws(Failure) in
      try body(SharedMemory(buffer))
    }
  }

  /// The same with the elements of several arrays, in their order.
  package func withSharedMemories<Inner, R>(
    _ body: ([SharedReadOnlyMemory<Inner>]) -> R
  ) -> R where Element == [Inner] {
    func add(_ found: [SharedReadOnlyMemory<Inner>]) -> R {
      found.count == count
        ? body(found) : self[found.count].withSharedMemory { add(found + [$0]) }
    }
    return add([])
  }
}

extension Matrix {
  /// Calls `body` with the elements as workers read them.
  package func withSharedMemory<R, Failure: Error>(
    _ body: (SharedReadOnlyMemory<Float>) throws(Failure) -> R
  ) throws(Failure) -> R {
    try withUnsafeBufferPointer { values throws(Failure) in
      try body(SharedReadOnlyMemory(values))
    }
  }

  /// The same with the elements of this matrix and of another.
  package func withSharedMemory<R, Failure: Error>(
    and other: Matrix,
    _ body: (SharedReadOnlyMemory<Float>, SharedReadOnlyMemory<Float>) throws(Failure) -> R
  ) throws(Failure) -> R {
    try withSharedMemory { own throws(Failure) in
      try other.withSharedMemory { others throws(Failure) in try body(own, others) }
    }
  }

  /// Calls `body` with the elements as workers write them.
  package mutating func withMutableSharedMemory<R, Failure: Error>(
    _ body: (SharedMemory<Float>) throws(Failure) -> R
  ) throws(Failure) -> R {
    try withUnsafeMutableBufferPointer { values throws(Failure) in
      try body(SharedMemory(values))
    }
  }
}

extension Optional<Matrix> {
  /// The elements of the matrix, or an empty buffer when there is none.
  package mutating func withMutableSharedMemory(_ body: (SharedMemory<Float>) -> Void) {
    if self?.withMutableSharedMemory(body) == nil {
      body(SharedMemory(UnsafeMutableBufferPointer(start: nil, count: 0)))
    }
  }
}
