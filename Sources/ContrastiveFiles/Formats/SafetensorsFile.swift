import ContrastiveCore

/// Named tensors and text metadata in one file of the safetensors format.
///
/// ```
/// offset  bytes  contents
/// 0       8      length H of the header, little-endian
/// 8       H      the header: a JSON object in UTF-8, padded with spaces
/// 8 + H   …      the data: the tensors' elements in row-major order, to the end of the file
/// ```
///
/// The header has a member per tensor, of exactly these three fields, and may have one of metadata:
///
/// ```
/// {"__metadata__": {"step": "7"},
///  "weight": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}}
/// ```
///
/// `data_offsets` are the first byte in the data and the one after the last. In their order the
/// tensors start at 0, follow each other without holes or overlaps and end with the file. Types are
/// F32, F64, I32, I64 and U8; others are refused by name. A header has at most 100 MB (and fits the
/// file), 100,000 tensors, 64 axes a tensor; no name occurs twice. All of this is checked before
/// the first element is read, and the elements then go straight into their arrays.
///
/// Source: "Format" in the README of the safetensors project.
public struct SafetensorsFile: Sendable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by name.
  public var metadata: [String: String]
  /// The file they were read from.
  public let path: String?

  /// What is to be saved.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
    path = nil
  }

  /// Reads a file.
  ///
  /// - Parameter path: the file.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public init(path: String) throws(ContrastiveError) {
    var file = try FileReader(path: path)
    guard file.size >= 8 else {
      throw file.failure("is not a safetensors file: it has \(file.size) bytes, fewer than 8")
    }
    let length = UInt64(littleEndian: try file.array(1)[0])
    guard length <= SafetensorsHeader.largestHeader else {
      throw file.failure(
        "has a header of \(length) bytes, more than the \(SafetensorsHeader.largestHeader) allowed")
    }
    guard length <= file.remaining else {
      throw file.failure(
        "is cut short: its header has \(length) bytes, \(file.remaining) follow its length")
    }
    let header = try SafetensorsHeader(parsing: file.array(Int(length)), path: path)
    let ordered = try header.ordered(dataSize: file.remaining, path: path)
    try file.admitInMemory(file.remaining)
    tensors = [:]
    for entry in ordered {
      let elements = try file.elements(entry.count, of: entry.type)
      tensors[entry.name] = Tensor(unchecked: entry.shape, elements)
    }
    metadata = header.metadata
    self.path = path
  }

  /// A tensor that must be there.
  ///
  /// - Parameter name: the tensor's name.
  /// - Returns: the tensor.
  /// - Throws: `ContrastiveError.file`, which lists the names that are there.
  public func tensor(_ name: String) throws(ContrastiveError) -> Tensor {
    if let tensor = tensors[name] { return tensor }
    let names = tensors.keys.sorted().prefix(20).map(quoted).joined(separator: ", ")
    let more = tensors.count > 20 ? " and \(tensors.count - 20) more" : ""
    throw .file(
      path: path ?? "tensors",
      problem: "has no tensor \(quoted(name)), it holds \(names.isEmpty ? "none" : names)\(more)")
  }

  /// Saves the tensors and the metadata; the same contents give the same bytes.
  ///
  /// Tensors go from the widest type to the narrowest and by name within a type, after a header
  /// padded to a multiple of 8 bytes, so that every element is aligned to its width.
  ///
  /// - Parameter path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file` when it cannot be saved (the old file is then untouched) or
  ///   when it could not be read again: a tensor called `__metadata__`, too many tensors, a header
  ///   too long; `ContrastiveError.shape` for more than 64 axes.
  public func write(to path: String) throws(ContrastiveError) {
    try write(to: path, calls: .system)
  }

  package func write(to path: String, calls: FileCalls) throws(ContrastiveError) {
    for tensor in tensors.values { try tensor.requireWritableRank() }
    let ordered = tensors.sorted { ($1.value.type.width, $0.key) < ($0.value.type.width, $1.key) }
    let header = try SafetensorsHeader.encoded(ordered, metadata: metadata, path: path)
    let length = UInt64(header.count)
    try AtomicFile.write(to: path, calls: calls) { writer throws(ContrastiveError) in
      try writer.write((0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
      try writer.write(header)
      for (_, tensor) in ordered {
        try tensor.elements.withUnsafeBytes { bytes throws(ContrastiveError) in
          try writer.write(bytes)
        }
      }
    }
  }
}
