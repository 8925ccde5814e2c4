import CLibrary
import ContrastiveCore
import ContrastiveFiles

/// Decoded pictures in one file, for other runs on the same files.
///
/// ```
/// images-64x64x3-KEY.safetensors
///   checksums   U32 [files]   CRC-32 of each image
///   images      U8 [files × size × size × channels], zeros for what could not be decoded
///   decoded     U8 [files]    1, or 0 for a picture that could not be decoded
/// ```
///
/// KEY is a hash of every file's path, size and time of change: after any change another file is
/// made. The file is made whole or not at all, and every image that is read is held against its
/// checksum.
final class PackedPictures: Sendable {
  let path: String
  /// Whether each file could be decoded.
  let decoded: [Bool]
  private let checksums: [UInt32]
  private let size: Int
  private let offset: Int
  private let descriptor: Int32

  /// The file's name in a folder.
  static func path(in folder: String, key: UInt64, decoder: PictureDecoder) -> String {
    let hex = String(key, radix: 16)
    let shape = "\(decoder.size)x\(decoder.size)x\(decoder.channels)"
    return "\(folder)/images-\(shape)-\(String(repeating: "0", count: 16 - hex.count))\(hex)"
      + ".safetensors"
  }

  /// A hash of files and how they are.
  static func key(_ files: [FileName], _ stamps: [PictureFile.Stamp?]) -> UInt64 {
    // FNV-1a of 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for (file, stamp) in zip(files, stamps) {
      for byte in file.bytes { add(byte) }
      for number in [stamp?.bytes ?? -1, stamp?.seconds ?? -1, stamp?.nanoseconds ?? -1] {
        for shift in stride(from: 0, to: 64, by: 8) {
          add(UInt8(truncatingIfNeeded: number >> Int64(shift)))
        }
      }
      add(0)
    }
    return hash
  }

  /// The header of a file of so many pictures, padded so that images begin at a multiple of 64.
  private static func header(_ count: Int, _ decoder: PictureDecoder) -> [UInt8] {
    let images = count * decoder.bytesPerImage
    let shape = "[\(count),\(decoder.size),\(decoder.size),\(decoder.channels)]"
    // Checksums come first, where they are aligned to their four bytes.
    var text =
      #"{"checksums":{"dtype":"U32","shape":[\#(count)],"data_offsets":[0,\#(4 * count)]},"#
      + #""images":{"dtype":"U8","shape":\#(shape),"data_offsets":"#
      + #"[\#(4 * count),\#(4 * count + images)]},"#
      + #""decoded":{"dtype":"U8","shape":[\#(count)],"data_offsets":"#
      + #"[\#(4 * count + images),\#(5 * count + images)]}}"#
    text += String(repeating: " ", count: (64 - (8 + text.utf8.count) % 64) % 64)
    let length = UInt64(text.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
      + Array(text.utf8)
  }

  /// Opens a file of `count` pictures; nil where there is none, or it is not whole.
  init?(path: String, count: Int, decoder: PictureDecoder) {
    let header = Self.header(count, decoder)
    let size = decoder.bytesPerImage
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.path = path
    self.size = size
    self.descriptor = descriptor
    offset = header.count + 4 * count
    var status = stat()
    guard fstat(descriptor, &status) == 0,
      Int(status.st_size) == header.count + count * (size + 5),
      Self.bytes(descriptor, at: 0, count: header.count) == header,
      let sums = Self.bytes(descriptor, at: header.count, count: 4 * count),
      let flags = Self.bytes(descriptor, at: offset + count * size, count: count)
    else {
      (decoded, checksums) = ([], [])
      return nil
    }
    checksums = (0..<count).map { file in
      (0..<4).reduce(0) { $0 | UInt32(sums[4 * file + $1]) << (8 * UInt32($1)) }
    }
    decoded = flags.map { $0 == 1 }
  }

  deinit { close(descriptor) }

  private static func bytes(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let isRead = bytes.withUnsafeMutableBytes { fill($0, descriptor, at: offset) }
    return isRead ? bytes : nil
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: Int32, at offset: Int
  ) -> Bool {
    var filled = 0
    while filled < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
        off_t(offset + filled))
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      filled += count
    }
    return true
  }

  /// Reads one picture.
  ///
  /// - Throws: `ContrastiveError.file` when it is not what was written.
  func read(_ place: Int, into target: UnsafeMutablePointer<UInt8>) throws(ContrastiveError) {
    let buffer = UnsafeMutableRawBufferPointer(start: target, count: size)
    var sum = CRC32()
    guard Self.fill(buffer, descriptor, at: offset + place * size) else {
      throw .file(path: path, problem: "has become shorter; remove it")
    }
    sum.add(UnsafeRawBufferPointer(buffer))
    guard sum.value == checksums[place] else {
      throw .file(path: path, problem: "is damaged in picture \(place); remove it")
    }
  }

  /// Whether every picture is what was written.
  func isWhole() -> Bool {
    var bytes = [UInt8](repeating: 0, count: size)
    return bytes.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return true }
      return decoded.indices.allSatisfy { place in
        (try? read(place, into: target)) != nil
      }
    }
  }

  /// Makes a file.
  ///
  /// - Parameters:
  ///   - path: its folder must exist.
  ///   - decoder: their size.
  ///   - images: a file of all images, one after the other, without a name.
  ///   - checksums: of each image.
  ///   - decoded: whether each could be decoded.
  /// - Throws: `ContrastiveError.file`.
  static func write(
    to path: String, decoder: PictureDecoder, images: ScratchImages,
    checksums: [UInt32], decoded: [Bool]
  ) throws(ContrastiveError) {
    let count = decoded.count
    let bytes = checksums.flatMap { sum in
      (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
    }
    try AtomicFile.write(to: path) { writer throws(ContrastiveError) in
      try writer.write(header(count, decoder))
      try writer.write(bytes)
      try images.copy(to: writer)
      try writer.write(decoded.map { $0 ? 1 : 0 })
    }
  }
}

/// Images on their way into a packed file, whose checksums come before them: in a file without a
/// name, which ends with the value.
final class ScratchImages {
  private let descriptor: Int32
  private let folder: String
  private var length = 0

  /// - Throws: `ContrastiveError.file` when the folder takes no files.
  init(in folder: String) throws(ContrastiveError) {
    var name = Array("\(folder)/.images-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw .file(
        path: folder, problem: "cannot hold a file: \(String(cString: strerror(errno)))")
    }
    unlink(name)
    self.folder = folder
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ContrastiveError) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written,
        off_t(length + written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw .file(
          path: folder, problem: "cannot hold a file: \(String(cString: strerror(errno)))")
      }
      written += count
    }
    length += bytes.count
  }

  func copy(to writer: borrowing AtomicFile.Writer) throws(ContrastiveError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var position = 0
    while position < length {
      let count = pread(
        descriptor, buffer.baseAddress, min(buffer.count, length - position), off_t(position))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .file(path: folder, problem: "cannot be read back") }
      try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      position += count
    }
  }
}
