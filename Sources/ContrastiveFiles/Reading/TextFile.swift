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
    var file = try FileReader(path: path)
    guard file.size <= largest else {
      throw .file(path: path, problem: "has \(file.size) bytes, more than the \(largest) allowed")
    }
    return try file.array(file.size)
  }
}
