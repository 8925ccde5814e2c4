import ContrastiveCore

/// Bytes that are read once from front to back: a file's, a buffer's, or what a gzip file unpacks
/// to.
///
/// A format's reader first reads its header, has `admit` hold the declared size against what can
/// still follow, then reads the elements and calls `finish`.
protocol ByteSource: AnyObject {
  /// The file, for messages.
  var path: String { get }

  /// Bytes that follow; nil where that is known at the end only.
  var remaining: Int? { get }

  /// The most bytes that can follow.
  var mostRemaining: Int { get }

  /// What is wrong when the bytes end before a header's elements do.
  var shortage: String { get }

  /// Reads what there is at once; 0 at the end.
  ///
  /// - Throws: `ContrastiveError.file` when the bytes cannot be read.
  func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) -> Int

  /// Makes sure that nothing follows.
  func finish() throws(ContrastiveError)
}

/// Bytes that can be read again from the first one.
protocol RewindableSource: ByteSource {
  /// Number of bytes.
  var size: Int { get }

  /// Goes on at the first byte.
  func rewind() throws(ContrastiveError)
}

extension RewindableSource {
  var mostRemaining: Int { remaining ?? size }

  var shortage: String { "ends after \(size) bytes, in the middle of its contents" }

  func finish() {}
}

extension ByteSource {
  func failure(_ problem: String) -> ContrastiveError { .file(path: path, problem: problem) }

  /// Fills `buffer`.
  ///
  /// - Throws: `ContrastiveError.file` when the bytes end before, or cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) {
    var filled = 0
    while filled < buffer.count {
      let count = try readSome(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if count == 0 { throw failure(shortage) }
      filled += count
    }
  }

  /// Reads and forgets some bytes.
  func skip(_ count: Int) throws(ContrastiveError) {
    var left = count
    while left > 0 {
      let part: [UInt8] = try array(min(left, 1 << 16))
      left -= part.count
    }
  }

  /// The next `count` elements; to be called after `admit`.
  func array<Element: BitwiseCopyable>(
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

  /// The next `count` bytes, or all where there are fewer.
  func someBytes(_ count: Int) throws(ContrastiveError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { buffer.deallocate() }
    var filled = 0
    while filled < count {
      let more = try readSome(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if more == 0 { break }
      filled += more
    }
    return Array(buffer[..<filled])
  }

  /// A header's bytes, whose number has been read.
  func header(_ length: Int) throws(ContrastiveError) -> [UInt8] {
    guard length <= mostRemaining else {
      throw failure(
        "is cut short: its header has \(length) bytes, \(mostRemaining) follow its length")
    }
    return try array(length)
  }

  /// Refuses a number of bytes that cannot be what follows.
  ///
  /// - Parameters:
  ///   - bytes: what the header says follows; nil when more than an `Int` counts.
  ///   - declared: the header's words, for the message.
  /// - Throws: `ContrastiveError.file` with both numbers.
  func admit(_ bytes: Int?, declared: String) throws(ContrastiveError) {
    let needed = bytes.map { "\($0) bytes" } ?? "more bytes than can be counted"
    guard let bytes, bytes <= mostRemaining else {
      let follow = remaining == nil ? "at most \(mostRemaining)" : "\(mostRemaining)"
      throw failure("is cut short: \(declared) needs \(needed), \(follow) follow the header")
    }
    if let remaining, bytes < remaining {
      throw failure(
        "has \(remaining - bytes) bytes too many: \(declared) needs \(needed), "
          + "\(remaining) follow the header")
    }
    try admitInMemory(bytes)
  }

  /// Refuses what the machine could not hold, such as a huge file that is one hole.
  func admitInMemory(_ bytes: Int) throws(ContrastiveError) {
    guard MachineMemory.holds(bytes, times: 1) else {
      throw failure("needs \(bytes) bytes of memory, the machine has \(MachineMemory.bytes)")
    }
  }
}
