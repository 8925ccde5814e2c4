import ContrastiveCore
import ContrastiveFiles

extension OutputFile {
  /// Saves lines of text, each ended by a line feed, without holding all of them.
  ///
  /// - Parameter write: calls what it is given with each line.
  /// - Throws: `ContrastiveError.file` with the system's reason, or what `write` throws.
  func write(
    lines write: (_ line: (String) throws(ContrastiveError) -> Void) throws(ContrastiveError) ->
      Void
  ) throws(ContrastiveError) {
    try AtomicFile.write(to: path) { writer throws(ContrastiveError) in
      let output = BufferedLines()
      let room = 1 << 16
      try write { line throws(ContrastiveError) in
        output.bytes.append(contentsOf: line.utf8)
        output.bytes.append(UInt8(ascii: "\n"))
        guard output.bytes.count >= room else { return }
        try writer.write(output.bytes)
        output.bytes.removeAll(keepingCapacity: true)
      }
      try writer.write(output.bytes)
    }
  }
}

/// Lines that wait to be written.
private final class BufferedLines {
  var bytes: [UInt8] = []
}

/// A field of a CSV file, quoted where RFC 4180 wants it.
func csvField(_ text: String) -> String {
  guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
  return "\""
    + text.split(separator: "\"", omittingEmptySubsequences: false)
    .joined(separator: "\"\"") + "\""
}
