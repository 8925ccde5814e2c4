/// Values on their way to another process, as bytes one after the other.
package struct Packet {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func add<Element: BitwiseCopyable>(_ elements: some Collection<Element>) {
    let isStored: Void? = elements.withContiguousStorageIfAvailable {
      add(element: $0.count)
      bytes.append(contentsOf: UnsafeRawBufferPointer($0))
    }
    if isStored == nil { add(Array(elements)) }
  }

  package mutating func add(element: some BitwiseCopyable) {
    withUnsafeBytes(of: element) { bytes.append(contentsOf: $0) }
  }

  /// Adds elements whose number the receiver knows.
  package mutating func add(_ elements: UnsafePointer<Float>, count: Int) {
    bytes.append(contentsOf: UnsafeRawBufferPointer(start: elements, count: 4 * count))
  }
}

/// Takes the values of a packet out again, in the same order.
package struct PacketReader {
  private let bytes: [UInt8]
  private var place = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether everything has been taken.
  package var isAtEnd: Bool { place >= bytes.count }

  package mutating func take<Element: BitwiseCopyable>(
    of type: Element.Type = Element.self
  ) -> [Element] {
    let count: Int = takeElement()
    let size = count * MemoryLayout<Element>.stride
    defer { place += size }
    return bytes.withUnsafeBytes { bytes in
      [Element](unsafeUninitializedCapacity: count) { target, initialized in
        UnsafeMutableRawBufferPointer(target).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[place..<(place + size)]))
        initialized = count
      }
    }
  }

  package mutating func takeElement<Element: BitwiseCopyable>(
    of type: Element.Type = Element.self
  ) -> Element {
    defer { place += MemoryLayout<Element>.size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: type) }
  }

  package mutating func take(_ count: Int, into target: UnsafeMutablePointer<Float>) {
    bytes.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: target, count: 4 * count).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[place..<(place + 4 * count)]))
    }
    place += 4 * count
  }
}

/// What is learned of a block of rows and can be sent to another process, to the bit.
package protocol Portable {
  init(from packet: inout PacketReader)
  func add(to packet: inout Packet)
}

/// How what a reader has learned is sent to another process.
///
/// A pass whose reader has none is computed as a whole by every process.
package struct Transfer<Value: Sendable>: Sendable {
  let add: @Sendable (Value, inout Packet) -> Void
  let take: @Sendable (inout PacketReader) -> Value
}

extension Transfer where Value: Portable {
  package static var portable: Transfer {
    Transfer(add: { $0.add(to: &$1) }, take: { Value(from: &$0) })
  }
}

extension Transfer<Void> {
  /// Of a pass that learns nothing.
  static let nothing = Transfer(add: { _, _ in }, take: { _ in })
}

extension Array: Portable where Element: Portable {
  package init(from packet: inout PacketReader) {
    let count: Int = packet.takeElement()
    self = []
    reserveCapacity(count)
    for _ in 0..<count { append(Element(from: &packet)) }
  }

  package func add(to packet: inout Packet) {
    packet.add(element: count)
    for element in self { element.add(to: &packet) }
  }
}
