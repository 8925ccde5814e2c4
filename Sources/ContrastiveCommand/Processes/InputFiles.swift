import CLibrary
import ContrastiveCore
import ContrastiveFiles

/// The files that a command reads, and that the processes of a job compare.
enum InputFiles {
  /// The files that an argument may lead to: it, or those of `file:tensor` and `file.csv:column`.
  static func named(by argument: String) -> [String] {
    let files = [EmbeddingFiles.filePart(of: argument), TextRows.parts(of: argument).file]
    return files[0] == files[1] ? [argument] : files
  }

  /// Which machine this is, and since which start; nil where the system does not say.
  static let machineIdentity: String? = {
    let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 64)
    let count = text.withUnsafeMutableBytes { fill($0, from: descriptor) }
    return count > 0 ? String(decoding: text[..<count], as: UTF8.self) : nil
  }()

  /// Calls `body` with a file, or with the files of a folder by name, and what the system says of
  /// each.
  static func forEach(in path: String, _ body: (_ path: String, _ status: stat?) -> Void) {
    var status = stat()
    guard stat(path, &status) == 0 else { return body(path, nil) }
    guard status.st_mode & S_IFMT == S_IFDIR else { return body(path, status) }
    for name in ((try? Folder.names(in: path)) ?? []).sorted() where !name.hasPrefix(".") {
      forEach(in: "\(path)/\(name)", body)
    }
  }

  /// A file's contents, or the names and contents of a folder's files, in 128 bits.
  static func digest(of path: String) -> String {
    var digest = ContentDigest()
    forEach(in: path) { file, status in
      digest.add(Array(file.utf8))
      if status.map({ $0.st_mode & S_IFMT == S_IFREG }) ?? true { add(file, to: &digest) }
    }
    return digest.text
  }

  private static func add(_ file: String, to digest: inout ContentDigest) {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return digest.add([1]) }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { fill($0, from: descriptor) }
      digest.add(buffer[..<count])
      guard count == buffer.count else { break }
    }
  }

  /// Reads until the buffer is full or the file ends; returns how much.
  private static func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      guard count > 0 else { break }
      filled += count
    }
    return filled
  }
}

/// 128 bits that tell contents apart; no protection from somebody who wants two to be alike.
///
/// Four sums side by side, each of every fourth word, are as fast as memory is read.
struct ContentDigest {
  private var lanes: SIMD4<UInt64> = [
    0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x27d4_eb2f_1656_67c5,
  ]
  private var count: UInt64 = 0

  /// Adds bytes that end what they belong to, or whole multiples of 32.
  mutating func add(_ bytes: some Collection<UInt8>) {
    let isStored: Void? = bytes.withContiguousStorageIfAvailable { bytes in
      add(UnsafeRawBufferPointer(bytes))
    }
    if isStored == nil { Array(bytes).withUnsafeBytes { add($0) } }
  }

  mutating func add(numbers: [UInt64]) { numbers.withUnsafeBytes { add($0) } }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count &+= UInt64(bytes.count)
    var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
    let whole = bytes.count & ~31
    for place in stride(from: 0, to: whole, by: 32) {
      a = Self.mixed(a, bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      b = Self.mixed(b, bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self))
      c = Self.mixed(c, bytes.loadUnaligned(fromByteOffset: place + 16, as: UInt64.self))
      d = Self.mixed(d, bytes.loadUnaligned(fromByteOffset: place + 24, as: UInt64.self))
    }
    for (place, byte) in bytes[whole...].enumerated() {
      a = Self.mixed(a, UInt64(byte) << 8 | UInt64(place))
    }
    lanes = [a, b, c, d]
  }

  private static func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let product = (lane ^ word) &* 0xff51_afd7_ed55_8ccd
    return product ^ product >> 32
  }

  /// In hexadecimal.
  var text: String {
    var (low, high) = (count, ~count)
    for lane in 0..<4 {
      low = Self.mixed(low, lanes[lane])
      high = Self.mixed(high, lanes[3 - lane] &* 0xc4ce_b9fe_1a85_ec53)
    }
    return String(low, radix: 16) + String(high, radix: 16)
  }
}
