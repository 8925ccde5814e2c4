import CLibrary

/// What a name to write to leads to, which decides how it is written.
package enum OutputTarget: Equatable, Sendable {
  /// A regular file, or nothing yet: replaced by a new file.
  case file
  /// A folder: refused.
  case folder
  /// A device, pipe or open file of the process: written into.
  case stream
  /// The same, open under a descriptor already.
  case open(descriptor: Int32)

  /// Standard output.
  package static let standardOutput = OutputTarget.open(descriptor: STDOUT_FILENO)

  /// Looks at what is there; `-` is standard output.
  package init(path: String) {
    guard path != "-" else {
      self = .standardOutput
      return
    }
    guard let status = fileStatus(path) else {
      self = .file
      return
    }
    let kind = status.st_mode & S_IFMT
    let isLink = isSymbolicLink(path)
    // /dev/null is nobody's standard output in particular, but what /dev/stdout leads to is.
    if isLink || (kind != S_IFCHR && kind != S_IFBLK) {
      for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
        var open = stat()
        if fstat(descriptor, &open) == 0, open.st_dev == status.st_dev,
          open.st_ino == status.st_ino
        {
          self = .open(descriptor: descriptor)
          return
        }
      }
    }
    switch kind {
    case S_IFDIR: self = .folder
    case S_IFREG: self = isLink && Self.isOfSystem(path) ? .stream : .file
    default: self = .stream
    }
  }

  /// Whether a link is one to an open file of a process, such as /dev/fd/3: renaming a file over
  /// it would lose the link and miss the file.
  private static func isOfSystem(_ link: String) -> Bool {
    guard let resolved = realpath(Folder.of(link), nil) else { return false }
    defer { free(resolved) }
    let name = String(cString: resolved)
    return name == "/dev" || name.hasPrefix("/dev/") || name.hasPrefix("/proc/")
  }
}

/// Whether two names lead to one regular file, by device and inode; `-` is standard output.
package func isSameFile(_ a: String, _ b: String) -> Bool {
  isSamePlace(a, b) && fileStatus(a).map { $0.st_mode & S_IFMT == S_IFREG } == true
}

/// Whether what is written to two names goes to one place: one file, also one that is not there
/// yet, one device or pipe, or one open file of the process.
package func isSameOutput(_ a: String, _ b: String) -> Bool {
  let targets = [a, b].map { OutputTarget(path: $0) }
  if targets.contains(where: { if case .open = $0 { true } else { false } }) {
    return targets[0] == targets[1]
  }
  let names = [a, b].map { $0.split(separator: "/").last }
  return a == b || isSamePlace(a, b)
    || names[0] == names[1] && isSamePlace(Folder.of(a), Folder.of(b))
}

/// Whether two names lead to one file, folder, device or pipe that is there.
private func isSamePlace(_ a: String, _ b: String) -> Bool {
  guard let a = fileStatus(a), let b = fileStatus(b) else { return false }
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino
}

/// What the system says of what a name leads to.
private func fileStatus(_ path: String) -> stat? {
  var status = stat()
  let result = path == "-" ? fstat(STDOUT_FILENO, &status) : stat(path, &status)
  return result == 0 ? status : nil
}

private func isSymbolicLink(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}
