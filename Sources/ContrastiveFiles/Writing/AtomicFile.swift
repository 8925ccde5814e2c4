import CLibrary
import ContrastiveCore

/// Saves a file so that its name always leads to a whole file, the old one or the new one.
///
/// The contents go to a temporary file `NAME.tmp-PID-N` in the same folder, which is synchronized
/// to the disk, renamed over the old file, and followed by synchronizing the folder (the four steps
/// that Pillai et al., "All file systems are not created equal", OSDI 2014, found all needed). A
/// failure leaves the old file as it was and removes the temporary one. Temporary files that a
/// killed run left behind are removed by the next save under the same name.
///
/// The new file has the permissions of the old one. A symbolic link to a regular file is replaced
/// by the file. What is no regular file is never replaced: a device, a pipe, or an open file of the
/// process (`/dev/stdout`, `/dev/fd/3`) is written into as a stream, from the first byte on; `-` is
/// standard output. Nothing is promised for network filesystems or for disks that lie about having
/// written.
public enum AtomicFile {
  /// Where the new contents go.
  public struct Writer: ~Copyable {
    fileprivate let path: String
    fileprivate let descriptor: Int32
    fileprivate let calls: FileCalls

    /// Appends bytes.
    ///
    /// - Throws: `ContrastiveError.file` with the system's reason.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(ContrastiveError) {
      try writeAll(bytes, descriptor: descriptor, path: path, calls: calls)
    }

    /// Appends text as UTF-8.
    ///
    /// - Throws: `ContrastiveError.file` with the system's reason.
    public func write(_ text: String) throws(ContrastiveError) { try write(Array(text.utf8)) }

    /// Appends bytes.
    ///
    /// - Throws: `ContrastiveError.file` with the system's reason.
    public func write(_ bytes: [UInt8]) throws(ContrastiveError) {
      try Tensor.Elements.uint8(bytes).withUnsafeBytes { buffer throws(ContrastiveError) in
        try write(buffer)
      }
    }
  }

  /// Saves what `body` writes under a name.
  ///
  /// - Parameters:
  ///   - path: the file's name; its folder must exist. `-` is standard output.
  ///   - body: writes the contents, from the first byte to the last.
  /// - Throws: `ContrastiveError.file` with the system's reason, or what `body` throws. The old
  ///   file is then untouched, with one exception that the error tells: the folder alone could not
  ///   be synchronized, after the new file was in place. A stream has what was written so far.
  public static func write(
    to path: String, _ body: (borrowing Writer) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    try write(to: path, calls: .system, body)
  }

  /// Saves text as UTF-8.
  ///
  /// - Parameters:
  ///   - text: the whole contents.
  ///   - path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file` with the system's reason.
  public static func write(_ text: String, to path: String) throws(ContrastiveError) {
    try write(to: path) { writer throws(ContrastiveError) in try writer.write(text) }
  }

  /// Looks at a file's folder before the work that fills the file.
  ///
  /// - Parameter path: the name that `write` will be given, of a regular file or of none yet.
  /// - Throws: `ContrastiveError.file` with the system's reason, where the folder is missing or
  ///   nothing can be made in it.
  package static func requireFolder(of path: String) throws(ContrastiveError) {
    if discardsAll { return }
    let folder = try SaveTarget(path: path).folder
    let descriptor = retryingInterrupts { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw failure(path, cannotOpenFolder) }
    close(descriptor)
    guard access(folder, W_OK | X_OK) == 0 else { throw failure(path, cannotMakeTemporary) }
  }

  /// Whether this process writes nothing, because another of its job writes the same.
  ///
  /// Set before anything is written. Neither files nor folders are made, and none is locked.
  nonisolated(unsafe) package static var discardsAll = false

  package static func write(
    to path: String, calls: FileCalls,
    _ body: (borrowing Writer) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    if discardsAll { return try stream(to: "/dev/null", nil, calls, body) }
    switch OutputTarget(path: path) {
    case .open(let descriptor): return try stream(to: path, descriptor, calls, body)
    case .stream: return try stream(to: path, nil, calls, body)
    case .file, .folder: break
    }
    let target = try SaveTarget(path: path)
    // The folder is opened first: what is wrong with it is known before anything is written.
    let folder = retryingInterrupts {
      calls.openFile(target.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard folder >= 0 else { throw failure(path, cannotOpenFolder) }
    defer { close(folder) }
    target.removeLeftovers()

    let temporary = try openTemporary(for: target, calls: calls)
    // Closing comes after the rename: it ends the lock that keeps other saves from taking the
    // temporary file for a leftover. Once synchronized, it has no failure left to report.
    defer { close(temporary.descriptor) }
    do throws(ContrastiveError) {
      // A file system may have none. What nobody may write to would stay if this ended in between.
      let mode = permissions(of: path)
      if let mode { _ = fchmod(temporary.descriptor, mode | S_IRUSR | S_IWUSR) }
      try body(Writer(path: path, descriptor: temporary.descriptor, calls: calls))
      if let mode { _ = fchmod(temporary.descriptor, mode) }
      // A failed fsync is not tried again: the system reports a lost write only once.
      guard retryingInterrupts({ calls.synchronize(temporary.descriptor) }) == 0 else {
        throw failure(path, "writing to the disk failed")
      }
      let isDone = PendingFiles.commit(temporary.path, as: path) {
        calls.renameFile(temporary.path, path) == 0
      }
      guard isDone else { throw failure(path, "renaming failed") }
    } catch {
      unlink(temporary.path)
      PendingFiles.abandon(temporary.path)
      throw error
    }
    // Some filesystems cannot synchronize a folder and say so with EINVAL.
    guard retryingInterrupts({ calls.synchronize(folder) }) == 0 || errno == EINVAL else {
      throw .file(
        path: path,
        problem: "was saved, but its folder could not be written to the disk: \(systemReason())")
    }
  }

  /// Those of the file that is there.
  private static func permissions(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  /// Writes into what is there and stays there.
  private static func stream(
    to path: String, _ open: Int32?, _ calls: FileCalls,
    _ body: (borrowing Writer) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    let name = open == STDOUT_FILENO ? "standard output" : path
    let descriptor =
      open
      ?? retryingInterrupts { calls.openFile(path, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw failure(name, "it cannot be opened") }
    defer { if open == nil { close(descriptor) } }
    try body(Writer(path: name, descriptor: descriptor, calls: calls))
    // Pipes and most devices have nothing to synchronize and say so.
    guard
      open != nil || retryingInterrupts({ calls.synchronize(descriptor) }) == 0
        || [EINVAL, EROFS, ENOTSUP].contains(errno)
    else { throw failure(name, "writing to the disk failed") }
  }

  /// Creates the temporary file of a save and locks it.
  private static func openTemporary(
    for target: SaveTarget, calls: FileCalls
  ) throws(ContrastiveError) -> (path: String, descriptor: Int32) {
    for attempt in 0..<10_000 {
      let path = target.temporaryPath(attempt: attempt)
      let descriptor = retryingInterrupts {
        calls.openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
      }
      if descriptor < 0 {
        if errno == EEXIST { continue }
        throw failure(target.path, cannotMakeTemporary)
      }
      // Where locks do not exist (ENOLCK), leftovers are never removed either.
      _ = retryingInterrupts { flock(descriptor, LOCK_EX) }
      // Another save may have taken the file for a leftover before it was locked.
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_nlink > 0 {
        PendingFiles.begin(path)
        return (path, descriptor)
      }
      close(descriptor)
    }
    throw .file(
      path: target.path, problem: "cannot be saved: too many temporary files in its folder")
  }

  private static let cannotOpenFolder = "its folder cannot be opened"
  private static let cannotMakeTemporary = "a temporary file in its folder cannot be created"

  private static func failure(_ path: String, _ what: String) -> ContrastiveError {
    .file(path: path, problem: "cannot be saved: \(what): \(systemReason())")
  }
}

/// Writes every byte, however few the system takes at a time.
func writeAll(
  _ bytes: UnsafeRawBufferPointer, descriptor: Int32, path: String, calls: FileCalls
) throws(ContrastiveError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = retryingInterrupts {
      calls.writeBytes(descriptor, UnsafeRawBufferPointer(rebasing: rest))
    }
    if count < 0, errno == EAGAIN {
      // Another process made the pipe one that does not wait.
      var full = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&full, 1, -1)
      continue
    }
    guard count > 0 else {
      let reason = count < 0 ? systemReason() : "the system takes no more bytes"
      throw .file(path: path, problem: "cannot be saved: writing failed: \(reason)")
    }
    rest = rest.dropFirst(count)
  }
}
