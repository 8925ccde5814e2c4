import ContrastiveCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file that is open for reading, with the size the system gives for it.
struct FileReader: ~Copyable, ByteSource {
  let path: String
  /// Size of the file when it was opened.
  let size: Int
  /// Bytes read so far.
  private(set) var position = 0
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: `ContrastiveError.file` with the system's reason, or for a folder, pipe or device.
  init(path: String) throws(ContrastiveError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    let descriptor = retryingInterrupts { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else {
      throw .file(path: path, problem: "cannot be opened: \(systemReason())")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = systemReason()
      close(descriptor)
      throw .file(path: path, problem: "cannot be examined: \(reason)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "is a folder" : "is not a regular file"
      throw .file(path: path, problem: kind)
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Bytes not read yet.
  var remaining: Int { size - position }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) {
    var filled = 0
    while filled < buffer.count {
      let count = try readSome(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if count == 0 { throw failure("ends after \(position) bytes, in the middle of its contents") }
      filled += count
    }
  }

  /// Reads what the system gives at once; 0 at the end of the file.
  mutating func readSome(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ContrastiveError) -> Int {
    let count = systemRead(descriptor, buffer)
    guard count >= 0 else { throw failure("cannot be read: \(systemReason())") }
    position += count
    return count
  }

  /// Whether the file starts with these bytes; reading goes on at the first byte.
  mutating func hasPrefix(_ prefix: [UInt8]) throws(ContrastiveError) -> Bool {
    guard size >= prefix.count else { return false }
    let start: [UInt8] = try array(prefix.count)
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw failure("cannot be read: \(systemReason())")
    }
    position = 0
    return start == prefix
  }

  func admit(_ bytes: Int?, declared: String) throws(ContrastiveError) {
    let needed = bytes.map { "\($0) bytes" } ?? "more bytes than can be counted"
    guard let bytes, bytes <= remaining else {
      throw failure("is cut short: \(declared) needs \(needed), \(remaining) follow the header")
    }
    guard bytes == remaining else {
      throw failure(
        "has \(remaining - bytes) bytes too many: \(declared) needs \(needed), "
          + "\(remaining) follow the header")
    }
    try admitInMemory(bytes)
  }

  mutating func finish() throws(ContrastiveError) {}
}

extension ByteSource where Self: ~Copyable {
  /// Refuses what the machine could not hold, such as a huge file that is one hole.
  func admitInMemory(_ bytes: Int) throws(ContrastiveError) {
    let memory = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    guard memory <= 0 || bytes <= memory else {
      throw failure("needs \(bytes) bytes of memory, the machine has \(memory)")
    }
  }
}
