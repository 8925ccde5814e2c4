/// An array of which each worker writes a part of its own.
package struct SharedArray<Element: Sendable>: ~Copyable {
  /// The elements, for workers.
  package let memory: SharedMemory<Element>
  @usableFromInline let buffer: UnsafeMutableBufferPointer<Element>

  package init(_ elements: some Collection<Element>) {
    buffer = .allocate(capacity: elements.count)
    _ = buffer.initialize(fromContentsOf: elements)
    memory = SharedMemory(buffer)
  }

  // Not by way of a collection, which other modules do not specialize: Sinkhorn took six times as
  // long.
  @inlinable
  package init(repeating element: Element, count: Int) {
    buffer = .allocate(capacity: count)
    buffer.initialize(repeating: element)
    memory = SharedMemory(buffer)
  }

  deinit {
    buffer.deinitialize()
    buffer.deallocate()
  }

  /// The elements, once the workers are done.
  package var elements: [Element] { Array(buffer) }
}
