import CLibrary
import ContrastiveCore

/// Where a save goes, and the temporary files beside it.
struct SaveTarget {
  let path: String
  /// The folder as it can be opened: `.` for a bare name.
  let folder: String
  let name: String

  init(path: String) throws(ContrastiveError) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    folder = Folder.of(path)
    self.path = path
    guard !["", ".", ".."].contains(name), !path.utf8.contains(0) else {
      throw .file(path: path, problem: "cannot be saved: this is not the name of a file")
    }
  }

  /// The n-th name to try for a temporary file: `NAME.tmp-PID-N`.
  func temporaryPath(attempt: Int) -> String { "\(folder)/\(name).tmp-\(getpid())-\(attempt)" }

  /// Removes the temporary files of saves that were killed.
  ///
  /// A save in progress, in this process or another, holds a lock on its temporary file, which
  /// ends with the process; process numbers alone would mislead, because they are used again.
  func removeLeftovers() {
    for leftover in temporaries() {
      let path = "\(folder)/\(leftover)"
      let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }

  /// Names in the folder that look like temporary files of this target.
  private func temporaries() -> Set<String> {
    let prefix = "\(name).tmp-"
    return ((try? Folder.names(in: folder)) ?? []).filter { candidate in
      guard candidate.hasPrefix(prefix) else { return false }
      let numbers = candidate.dropFirst(prefix.count).split(
        separator: "-", omittingEmptySubsequences: false)
      return numbers.count == 2
        && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { 48...57 ~= $0 } }
    }
  }
}
