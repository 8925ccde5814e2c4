import CLibrary
import ContrastiveCore
import ContrastiveFiles

/// Standard output and standard error.
enum Standard {
  /// Whether standard error is a terminal that takes more than plain lines.
  static let isTerminal =
    isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"

  /// Shows text in the place of the terminal's last line, cut to its width so that it stays one.
  static func line(_ text: String, isLast: Bool) {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let shown = isKnown && !isLast ? String(text.prefix(Int(size.ws_col) - 1)) : text
    error("\r\u{1B}[K\(shown)\(isLast ? "\n" : "")")
  }

  /// Makes both safe to use, whatever the program was started with.
  ///
  /// A descriptor that is closed is taken, so that no file that is opened later gets its number
  /// and then what was meant for it; writing to it still fails. A reader of standard output that
  /// has gone away ends the program without a word, also where the parent ignores that signal.
  static func prepare() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
    _ = signal(SIGPIPE, SIG_DFL)
  }

  /// Writes text to standard error at once, as far as that can be done: no work ends for it.
  static func error(_ text: String) {
    let previous = signal(SIGPIPE, SIG_IGN)
    defer { _ = signal(SIGPIPE, previous) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes {
        CLibrary.write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      if written < 0 && errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }

  /// Writes text to standard output, or to standard error when that is where a result goes.
  ///
  /// - Throws: `ContrastiveError.file` with the system's reason.
  static func output(
    _ text: String, beside files: [OutputFile?] = []
  ) throws(ContrastiveError) {
    if files.contains(where: { $0?.isStandardOutput == true }) { return error(text) }
    try AtomicFile.write(text, to: "-")
  }

  /// Prints one JSON object, keys in order, on one line of standard output.
  ///
  /// - Throws: `ContrastiveError.file` with the system's reason.
  static func json(_ value: some Encodable, beside files: [OutputFile?] = []) throws {
    try output(try JSONText.encode(value) + "\n", beside: files)
  }
}
