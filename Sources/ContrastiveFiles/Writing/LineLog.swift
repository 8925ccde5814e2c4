import CLibrary
import ContrastiveCore

/// A file of lines that a run adds to, such as a log of JSON lines.
public struct LineLog: Sendable {
  /// The file.
  public let path: String

  /// A log in a file, which the first line creates.
  public init(path: String) { self.path = path }

  /// Adds one line at the end of the file.
  ///
  /// The line and its end are written in one call and synchronized to the disk, a new file with its
  /// folder, so that a run that is killed, or a machine that loses its power, leaves at most the
  /// last line incomplete; the next line added then starts on a line of its own.
  ///
  /// - Parameter line: the text, without a line feed in it.
  /// - Throws: `ContrastiveError.file` with the system's reason, or for text of several lines.
  public func append(_ line: String) throws(ContrastiveError) {
    try append(line, calls: .system)
  }

  package func append(_ line: String, calls: FileCalls) throws(ContrastiveError) {
    guard !line.utf8.contains(UInt8(ascii: "\n")) else {
      throw .file(path: path, problem: "cannot be added to: the text has more than one line")
    }
    if AtomicFile.discardsAll { return }
    let descriptor = retryingInterrupts {
      calls.openFile(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      throw .file(path: path, problem: "cannot be opened: \(systemReason())")
    }
    defer { close(descriptor) }
    var last = UInt8(ascii: "\n")
    let end = lseek(descriptor, 0, SEEK_END)
    if end > 0 { _ = retryingInterrupts { pread(descriptor, &last, 1, end - 1) } }
    let start = last == UInt8(ascii: "\n") ? "" : "\n"
    try Tensor.Elements.uint8(Array("\(start)\(line)\n".utf8)).withUnsafeBytes {
      buffer throws(ContrastiveError) in
      try writeAll(buffer, descriptor: descriptor, path: path, calls: calls)
    }
    guard retryingInterrupts({ calls.synchronize(descriptor) }) == 0 || errno == EINVAL else {
      throw .file(path: path, problem: "cannot be written to the disk: \(systemReason())")
    }
    if end == 0 { try Folder.synchronize(Folder.of(path), calls: calls) }
  }
}
