import CLibrary
import ContrastiveCore

/// A regular file that is open for reading, with the size the system gives for it.
final class FileReader: RewindableSource {
  let path: String
  /// Size of the file when it was opened.
  let size: Int
  /// Bytes read so far.
  private var position = 0
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

  var remaining: Int? { size - position }

  func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(ContrastiveError) -> Int {
    let count = systemRead(descriptor, buffer)
    guard count >= 0 else { throw failure("cannot be read: \(systemReason())") }
    position += count
    return count
  }

  func rewind() throws(ContrastiveError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw failure("cannot be read: \(systemReason())")
    }
    position = 0
  }
}
