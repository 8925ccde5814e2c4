import ContrastiveCore
import FoundationEssentials

/// Named tensors and text metadata in one file of the safetensors format.
///
/// ```
/// offset  bytes  contents
/// 0       8      length H of the header, little-endian
/// 8       H      the header: a JSON object in UTF-8, padded with spaces
/// 8 + H   …      the data: the tensors' elements in row-major order, to the end of the file
/// ```
///
/// The header has a member per tensor, of these three fields, and may have one of metadata:
///
/// ```
/// {"__metadata__": {"step": "7"},
///  "weight": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}}
/// ```
///
/// `data_offsets` are the first byte in the data and the one after the last. In their order the
/// tensors start at 0, follow each other without holes or overlaps and end with the file. A header
/// has at most 100 MB (and fits the file), 100,000 tensors, 64 axes a tensor; no name occurs twice.
/// All of this is checked before the first element is read, and the elements then go straight into
/// their arrays. Spaces before the header's brace and further fields of a tensor are passed over.
/// Tensors of other types than `Tensor.ElementType` has are listed in `unsupported` and refused
/// by name when asked for. A gzipped file is decompressed.
///
/// Source: "Format" in the README of the safetensors project.
public struct SafetensorsFile: Sendable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by name.
  public var metadata: [String: String]
  /// The file they were read from.
  public let path: String?
  /// Tensors of the file that are of a type no `Tensor` has, by name; they are not saved again.
  public let unsupported: [String: (type: String, shape: [Int])]

  /// What is to be saved.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
    path = nil
    unsupported = [:]
  }

  /// Reads a file.
  ///
  /// - Parameter path: the file; `-` is standard input.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public init(path: String) throws(ContrastiveError) {
    try self.init(from: openSource(path).unpacked())
  }

  /// Reads a file.
  ///
  /// - Parameter url: the address of a file.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public init(_ url: URL) throws(ContrastiveError) {
    try self.init(from: FileReader(path: url.requireFile()).unpacked())
  }

  /// Reads a file's contents.
  ///
  /// - Parameters:
  ///   - data: the contents.
  ///   - name: the name to use in errors.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the contents.
  public init(_ data: Data, name: String = "data") throws(ContrastiveError) {
    try self.init(from: MemoryReader(data, name: name).unpacked())
  }

  init(from source: any ByteSource) throws(ContrastiveError) {
    guard source.mostRemaining >= 8 else {
      throw source.failure(
        "is not a safetensors file: it has \(source.mostRemaining) bytes, fewer than 8")
    }
    let start: [UInt8] = try source.array(8)
    guard !start.starts(with: NPYFile.magic) else {
      throw source.failure("is an .npy file, expected a safetensors file")
    }
    let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.largestHeader else {
      throw source.failure(
        "has a header of \(length) bytes, "
          + "more than the \(SafetensorsHeader.largestHeader) allowed")
    }
    let header = try SafetensorsHeader(parsing: source.header(Int(length)), path: source.path)
    let ordered = try header.ordered(path: source.path)
    try source.admit(ordered.last?.end ?? 0, declared: "its header")
    var (tensors, unsupported) = ([String: Tensor](), [String: (type: String, shape: [Int])]())
    for entry in ordered {
      if let type = Tensor.ElementType(rawValue: entry.type) {
        let elements = try source.elements(of: type, shape: entry.shape)
        tensors[entry.name] = Tensor(unchecked: entry.shape, elements)
      } else {
        try source.skip(entry.end - entry.begin)
        unsupported[entry.name] = (entry.type, entry.shape)
      }
    }
    try source.finish()
    self.tensors = tensors
    self.unsupported = unsupported
    metadata = header.metadata
    path = source.path
  }

  /// A tensor that must be there.
  ///
  /// - Parameter name: the tensor's name.
  /// - Returns: the tensor.
  /// - Throws: `ContrastiveError.file`, which lists the names that are there.
  public func tensor(_ name: String) throws(ContrastiveError) -> Tensor {
    if let tensor = tensors[name] { return tensor }
    if let other = unsupported[name] {
      let supported = Tensor.ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw .file(
        path: path ?? "tensors",
        problem: "tensor \(quoted(name)) has dtype \(quoted(other.type)), which is unsupported "
          + "(supported: \(supported))")
    }
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

  /// Saves the tensors, as `write(to:)` with a path does.
  ///
  /// - Throws: the same, and `ContrastiveError.file` for the address of something else.
  public func write(to url: URL) throws(ContrastiveError) { try write(to: url.requireFile()) }

  /// What `write` would save.
  ///
  /// - Throws: `ContrastiveError`, `.file` or `.shape`, for what could not be read again.
  public func data() throws(ContrastiveError) -> Data {
    let layout = try SafetensorsLayout(of: parts, metadata: metadata, path: "data")
    var data = Data(layout.header)
    for part in layout.ordered {
      tensors[part.name]?.elements.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    return data
  }

  package func write(to path: String, calls: FileCalls) throws(ContrastiveError) {
    try SafetensorsLayout(of: parts, metadata: metadata, path: path).write(to: path, calls: calls)
  }

  private var parts: [SavedTensor] { tensors.map { SavedTensor($0.key, $0.value) } }
}
