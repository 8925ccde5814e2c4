import ContrastiveCore

/// Bytes of one file, read once from front to back, whose number is known before they are read.
///
/// A format's reader first reads its header, has `admit` hold the declared size against the real
/// file, then reads the elements and calls `finish`.
protocol ByteSource: ~Copyable {
  /// The file, for messages.
  var path: String { get }

  /// Fills `buffer`.
  ///
  /// - Throws: `ContrastiveError.file` when the bytes end before, or cannot be read.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError)

  /// Refuses a number of bytes that cannot be what the rest of the file holds.
  ///
  /// - Parameters:
  ///   - bytes: what the header says follows; nil when more than an `Int` counts.
  ///   - declared: the header's words, for the message.
  /// - Throws: `ContrastiveError.file` with both numbers.
  func admit(_ bytes: Int?, declared: String) throws(ContrastiveError)

  /// Makes sure that nothing follows.
  mutating func finish() throws(ContrastiveError)
}

extension ByteSource where Self: ~Copyable {
  /// The next `count` elements; to be called after `admit`.
  mutating func array<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type = Element.self
  ) throws(ContrastiveError) -> [Element] {
    var failure: ContrastiveError?
    let array = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ContrastiveError) {
        try read(
          into: UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[
              ..<(count * MemoryLayout<Element>.stride)]))
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return array
  }

  /// The next `count` elements of a type known only from a header; to be called after `admit`.
  mutating func elements(
    _ count: Int, of type: Tensor.ElementType
  ) throws(ContrastiveError) -> Tensor.Elements {
    switch type {
    case .float32: .float32(try array(count))
    case .float64: .float64(try array(count))
    case .int32: .int32(try array(count))
    case .int64: .int64(try array(count))
    case .uint8: .uint8(try array(count))
    }
  }

  func failure(_ problem: String) -> ContrastiveError { .file(path: path, problem: problem) }
}
