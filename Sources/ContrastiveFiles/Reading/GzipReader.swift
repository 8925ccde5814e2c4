import CZlib
import ContrastiveCore

/// The contents of a gzip file (RFC 1952) of one member, decompressed as they are read.
///
/// At most the bytes asked for are ever decompressed, so a small file that unpacks to a huge one
/// does no harm.
struct GzipReader: ~Copyable, ByteSource {
  private var file: FileReader
  // zlib keeps the address of its state and refuses a state that has moved.
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var ended = false

  /// The first two bytes of every gzip file.
  static let magic: [UInt8] = [0x1f, 0x8b]

  /// Most bytes that one compressed byte can stand for, by the construction of DEFLATE.
  private static let largestRatio = 1032

  init(_ file: consuming FileReader) throws(ContrastiveError) {
    let path = file.path
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 16, alignment: 16)
    self.file = file
    // 15 is the largest window, 16 asks for the gzip wrapper and the check of its CRC and length.
    let code = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw .file(path: path, problem: "cannot be decompressed: zlib refused with code \(code)")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  var path: String { file.path }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) {
    var filled = 0
    while filled < buffer.count {
      if ended { throw failure("ends early: its gzip data holds less than its header declares") }
      filled += try inflateSome(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
    }
  }

  func admit(_ bytes: Int?, declared: String) throws(ContrastiveError) {
    let (largest, overflow) = file.size.multipliedReportingOverflow(by: Self.largestRatio)
    guard let bytes, overflow || bytes <= largest else {
      let needed = bytes.map { "\($0) bytes" } ?? "more bytes than can be counted"
      throw failure(
        "is cut short: \(declared) needs \(needed), more than \(file.size) compressed bytes hold")
    }
    try admitInMemory(bytes)
  }

  mutating func finish() throws(ContrastiveError) {
    var extra: UInt8 = 0
    while !ended {
      let count = try withUnsafeMutableBytes(of: &extra) { buffer throws(ContrastiveError) in
        try inflateSome(into: buffer)
      }
      if count > 0 { throw failure("holds more gzip data than its header declares") }
    }
    let trailing = Int(stream.pointee.avail_in) + file.remaining
    guard trailing == 0 else {
      throw failure("has \(trailing) bytes after the end of its gzip data")
    }
  }

  /// Decompresses into `buffer` as much as one call gives, possibly nothing.
  private mutating func inflateSome(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ContrastiveError) -> Int {
    if stream.pointee.avail_in == 0 {
      let count = try file.readSome(into: input)
      if count == 0 { throw failure("ends early: its gzip data is cut short") }
      stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(count)
    }
    let room = min(buffer.count, 1 << 30)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    switch inflate(stream, Z_NO_FLUSH) {
    case Z_STREAM_END: ended = true
    case Z_OK, Z_BUF_ERROR: break
    case let code:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw failure("cannot be decompressed: \(reason)")
    }
    return room - Int(stream.pointee.avail_out)
  }
}
