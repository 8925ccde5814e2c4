import CLibrary
import ContrastiveCore

/// A part of an open file, read by position, so that several can be read at once.
final class FileSection: ByteSource {
  let path: String
  private(set) var position: Int
  private var end: Int
  let descriptor: Int32
  private var isOwner: Bool

  init(path: String, descriptor: Int32, position: Int, end: Int) {
    (self.path, self.descriptor, self.position, self.end) = (path, descriptor, position, end)
    isOwner = false
  }

  /// A whole file.
  init(path: String) throws(ContrastiveError) {
    let descriptor = retryingInterrupts { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      let reason = systemReason()
      if descriptor >= 0 { close(descriptor) }
      throw .file(path: path, problem: "cannot be opened: \(reason)")
    }
    (self.path, self.descriptor, position, end) = (path, descriptor, 0, Int(status.st_size))
    isOwner = true
  }

  /// What another source holds, in a file without a name.
  init(unpacking source: any ByteSource) throws(ContrastiveError) {
    let (descriptor, folder) = try unnamedFile()
    path = source.path
    (self.descriptor, position) = (descriptor, 0)
    isOwner = true
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var length = 0
    do throws(ContrastiveError) {
      while true {
        let count = try source.readSome(into: buffer)
        if count == 0 { break }
        try writeAll(
          UnsafeRawBufferPointer(rebasing: buffer[..<count]), descriptor: descriptor, path: folder,
          calls: .system)
        length += count
      }
    } catch {
      end = 0
      throw error
    }
    end = length
  }

  deinit { if isOwner { close(descriptor) } }

  /// The open file, which the caller must close.
  func takeDescriptor() -> Int32 {
    isOwner = false
    return descriptor
  }

  /// Refuses what is not a regular file.
  func requireRegular() throws(ContrastiveError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .file(path: path, problem: "is not a regular file, so it cannot be read in pieces")
    }
  }

  /// Goes on with some of the bytes that follow.
  func narrow(from start: Int, count: Int) {
    position += start
    end = position + count
  }

  var remaining: Int? { end - position }
  var mostRemaining: Int { end - position }
  var shortage: String { "has become shorter while it was read" }

  func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) -> Int {
    let wanted = min(buffer.count, end - position)
    guard wanted > 0 else { return 0 }
    let count = retryingInterrupts {
      pread(descriptor, buffer.baseAddress, wanted, off_t(position))
    }
    guard count >= 0 else { throw failure("cannot be read: \(systemReason())") }
    position += count
    return count
  }

  func finish() {}
}

/// An open file without a name in `TMPDIR`, which ends with its descriptor, and the folder.
func unnamedFile() throws(ContrastiveError) -> (descriptor: Int32, folder: String) {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var name = Array("\(folder)/contrastive-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  guard descriptor >= 0 else {
    throw .file(
      path: folder,
      problem: "cannot hold a temporary file (TMPDIR names another folder): \(systemReason())")
  }
  unlink(name)
  return (descriptor, folder)
}
