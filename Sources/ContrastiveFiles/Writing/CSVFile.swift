import ContrastiveCore

/// Tables of comma-separated values (RFC 4180, lines ended by a line feed).
///
/// The first line has the columns' names. A cell with a comma, a quote or a line break in it is put
/// in quotes, and quotes in it are doubled.
public enum CSVFile {
  /// Saves a table, whole or not at all, line by line: it is never in memory as a whole.
  ///
  /// - Parameters:
  ///   - path: the file's name, as for `AtomicFile.write`; `-` is standard output.
  ///   - columns: their names.
  ///   - rows: number of rows.
  ///   - line: the cells of a row, as many as there are columns.
  /// - Throws: `ContrastiveError.file` with the system's reason.
  public static func write(
    to path: String, columns: [String], rows: Int, _ line: (_ row: Int) -> [String]
  ) throws(ContrastiveError) {
    try AtomicFile.write(to: path) { writer throws(ContrastiveError) in
      var text = text(columns)
      for row in 0..<rows {
        text += self.text(line(row))
        guard text.utf8.count >= 1 << 16 else { continue }
        try writer.write(text)
        text = ""
      }
      try writer.write(text)
    }
  }

  private static func text(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return cell }
    return "\"\(cell.replacing("\"", with: "\"\""))\""
  }
}
