/// An array of which each worker writes a part of its own.
package struct SharedArray<Element: Sendable>: ~Copyable {
  /// The elements, for workers.
  package let memory: SharedMemory<Element>
  private let buffer: UnsafeMutableBufferPointer<Element>

  package init(_ elements: some Collection<Element>) {
    buffer = .allocate(capacity: elements.count)
    _ = buffer.initialize(fromContentsOf: elements)
    memory = SharedMemory(buffer)
  }

  package init(repeating element: Element, count: Int) {
    self.init(repeatElement(element, count: count))
  }

  deinit {
    buffer.deinitialize()
    buffer.deallocate()
  }

  /// The elements, once the workers are done.
  package var elements: [Element] { Array(buffer) }
}
