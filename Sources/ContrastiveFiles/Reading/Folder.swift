import CLibrary
import ContrastiveCore

/// What a folder holds.
package enum Folder {
  /// The names in a folder, its own and its parent's included, in no order.
  ///
  /// - Parameter path: the folder.
  /// - Returns: names without the folder's path.
  /// - Throws: `ContrastiveError.file` with the system's reason.
  package static func names(in path: String) throws(ContrastiveError) -> Set<String> {
    guard let stream = opendir(path) else {
      throw .file(path: path, problem: "cannot be opened: \(systemReason())")
    }
    defer { closedir(stream) }
    var names: Set<String> = []
    // An entry is as long as its name, so the name is read where it is and never copied with
    // the type's full length.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    while let entry = readdir(stream) {
      let name = UnsafeRawPointer(entry) + offset
      names.insert(String(cString: name.assumingMemoryBound(to: CChar.self)))
    }
    return names
  }

  /// The folder of a file, as it can be opened: `.` for a bare name.
  static func of(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Waits until what is in a folder, not the files' contents, is on the disk.
  ///
  /// - Throws: `ContrastiveError.file` with the system's reason.
  static func synchronize(_ path: String, calls: FileCalls) throws(ContrastiveError) {
    let folder = retryingInterrupts {
      calls.openFile(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard folder >= 0 else {
      throw .file(path: path, problem: "cannot be opened: \(systemReason())")
    }
    defer { close(folder) }
    // Some filesystems cannot synchronize a folder and say so with EINVAL.
    guard retryingInterrupts({ calls.synchronize(folder) }) == 0 || errno == EINVAL else {
      throw .file(path: path, problem: "cannot be written to the disk: \(systemReason())")
    }
  }

  /// Makes a folder, with those above it, so that it is there after a loss of power, too.
  ///
  /// - Parameters:
  ///   - path: the folder; nothing is done where it is there.
  ///   - calls: the system's.
  /// - Throws: `ContrastiveError.file` with the part that cannot be made.
  package static func make(
    _ path: String, calls: FileCalls = .system
  ) throws(ContrastiveError) {
    guard !path.isEmpty else { throw .file(path: "''", problem: "is the name of no folder") }
    if AtomicFile.discardsAll { return }
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? part : "/" + part
      if calls.makeFolder(made) == 0 {
        try synchronize(of(made), calls: calls)
      } else if errno != EEXIST && errno != EISDIR {
        throw .file(
          path: path, problem: "cannot be made a run's folder: \(made): \(systemReason())")
      }
    }
  }
}
