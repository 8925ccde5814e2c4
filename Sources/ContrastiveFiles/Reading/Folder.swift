import ContrastiveCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
}
