import ContrastiveFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error.
enum Standard {
  /// Writes text to standard error at once.
  static func error(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Writes text to standard output.
  static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Prints one JSON object, keys in order, on one line of standard output.
  static func json(_ value: some Encodable) throws {
    write(try JSONText.encode(value) + "\n", to: STDOUT_FILENO)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes {
        #if canImport(Glibc)
          Glibc.write(descriptor, $0.baseAddress, $0.count)
        #else
          Darwin.write(descriptor, $0.baseAddress, $0.count)
        #endif
      }
      // A reader that has gone away is not an error of ours.
      if written < 0 && errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }
}
