import CLibrary
import ContrastiveCore

/// The right to write in a folder, held by one process at a time for as long as the value lives.
///
/// The lock is the system's (`flock`): it ends with the process, however that ends, and leaves
/// nothing behind. Where there are no locks (some network filesystems), it is granted to all.
public struct FolderLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// - Parameter path: a folder that exists.
  /// - Throws: `ContrastiveError.file` when the folder cannot be opened or another process has the
  ///   lock.
  public init(path: String) throws(ContrastiveError) {
    guard !AtomicFile.discardsAll else {
      descriptor = -1
      return
    }
    let descriptor = retryingInterrupts { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      throw .file(path: path, problem: "cannot be opened: \(systemReason())")
    }
    if retryingInterrupts({ flock(descriptor, LOCK_EX | LOCK_NB) }) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      throw .file(path: path, problem: "is in use by another process")
    }
    self.descriptor = descriptor
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
