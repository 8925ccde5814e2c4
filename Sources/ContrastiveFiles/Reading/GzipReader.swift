import CZlib
import ContrastiveCore

/// The contents of gzip data (RFC 1952), decompressed as they are read.
///
/// They are those of its members, one after the other. Zero bytes may follow the last member.
/// At most the bytes asked for are ever decompressed, so a small file that unpacks to a huge one
/// does no harm.
final class GzipReader: ByteSource {
  private let packed: any RewindableSource
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var ended = false

  /// The first two bytes of every gzip file.
  static let magic: [UInt8] = [0x1f, 0x8b]

  /// Most bytes that one compressed byte can stand for, by the construction of DEFLATE.
  private static let largestRatio = 1032

  init(_ packed: any RewindableSource) throws(ContrastiveError) {
    self.packed = packed
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 16, alignment: 16)
    // 15 is the largest window, 16 asks for the gzip wrapper and the check of its CRC and length.
    let code = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw failure("cannot be decompressed: zlib refused with code \(code)")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  var path: String { packed.path }
  var remaining: Int? { nil }

  var shortage: String { "ends early: its gzip data holds less than its header declares" }

  var mostRemaining: Int {
    let (largest, overflow) = packed.size.multipliedReportingOverflow(by: Self.largestRatio)
    return overflow ? .max : largest
  }

  func finish() throws(ContrastiveError) {
    var extra: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &extra) { buffer throws(ContrastiveError) in
      try readSome(into: buffer)
    }
    if count > 0 { throw failure("holds more gzip data than its header declares") }
  }

  func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) -> Int {
    while !ended, !buffer.isEmpty {
      let count = try inflateSome(into: buffer)
      if count > 0 { return count }
    }
    return 0
  }

  /// Decompresses into `buffer` as much as one call gives, possibly nothing.
  private func inflateSome(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ContrastiveError) -> Int {
    if try !hasInput() { throw failure("ends early: its gzip data is cut short") }
    let room = min(buffer.count, 1 << 30)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    switch inflate(stream, Z_NO_FLUSH) {
    case Z_STREAM_END: try startNextMember()
    case Z_OK, Z_BUF_ERROR: break
    case let code:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw failure("cannot be decompressed: \(reason)")
    }
    return room - Int(stream.pointee.avail_out)
  }

  /// Whether there are compressed bytes left, which are then in the buffer.
  private func hasInput() throws(ContrastiveError) -> Bool {
    if stream.pointee.avail_in == 0 {
      let count = try packed.readSome(into: input)
      stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(count)
    }
    return stream.pointee.avail_in > 0
  }

  private func startNextMember() throws(ContrastiveError) {
    var padding = false
    while try hasInput(), stream.pointee.next_in.pointee == 0 {
      padding = true
      stream.pointee.next_in += 1
      stream.pointee.avail_in -= 1
    }
    if try !hasInput() {
      ended = true
      return
    }
    guard !padding, stream.pointee.next_in.pointee == Self.magic[0] else {
      let trailing = Int(stream.pointee.avail_in) + (packed.remaining ?? 0)
      throw failure("has \(trailing) bytes after the end of its gzip data")
    }
    guard inflateReset(stream) == Z_OK else {
      throw failure("cannot be decompressed: zlib refused another member")
    }
  }
}
