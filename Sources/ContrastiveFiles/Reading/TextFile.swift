import ContrastiveCore

/// A small text file.
public enum TextFile {
  /// Reads a file as a whole.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - largest: most bytes it may have.
  /// - Returns: its bytes.
  /// - Throws: `ContrastiveError.file` when it cannot be read or is larger.
  public static func read(path: String, largest: Int) throws(ContrastiveError) -> [UInt8] {
    let file = try FileReader(path: path)
    guard file.size <= largest else {
      throw .file(path: path, problem: "has \(file.size) bytes, more than the \(largest) allowed")
    }
    return try file.array(file.size)
  }

  /// Reads a file as UTF-8, or returns nil where there is none.
  ///
  /// - Throws: `ContrastiveError.file` when it is there and cannot be read, or is larger.
  package static func textIfPresent(
    path: String, largest: Int
  ) throws(ContrastiveError) -> String? {
    guard fileExists(path) else { return nil }
    return String(decoding: try read(path: path, largest: largest), as: UTF8.self)
  }
}
