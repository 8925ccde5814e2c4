import ContrastiveCore
import FoundationEssentials

extension RewindableSource {
  /// The first bytes, fewer where there are fewer; reading goes on at the first byte.
  func start(_ count: Int) throws(ContrastiveError) -> [UInt8] {
    let start = try someBytes(count)
    try rewind()
    return start
  }

  /// Whether the contents are compressed.
  func isGzipped() throws(ContrastiveError) -> Bool {
    try start(GzipReader.magic.count) == GzipReader.magic
  }

  /// The contents, decompressed where they are gzipped.
  func unpacked() throws(ContrastiveError) -> any ByteSource {
    try isGzipped() ? GzipReader(self) : self
  }
}

/// What messages call standard input.
let standardInputName = "standard input"

/// A file, or standard input under the name `-`.
func openSource(_ path: String) throws(ContrastiveError) -> any RewindableSource {
  try path == "-" ? MemoryReader.standardInput() : FileReader(path: path)
}

extension URL {
  /// The name of the file.
  ///
  /// - Throws: `ContrastiveError.file` for the address of something else.
  func requireFile() throws(ContrastiveError) -> String {
    guard isFileURL else {
      throw .file(path: absoluteString, problem: "is not the address of a file")
    }
    return path(percentEncoded: false)
  }
}
