import ContrastiveCore
import FoundationEssentials

/// What the header of a safetensors file says.
///
/// `JSONDecoder` does the parsing. Two promises it does not make are kept by one pass over the
/// bytes before it (`JSONOutline`): bounds on depth and on the number of values, so that a hostile
/// header costs no more than an honest one, and the number of members, of which the decoder
/// silently keeps one when a name occurs twice.
struct SafetensorsHeader {
  /// Where one tensor's elements are.
  struct Entry {
    let name: String
    /// The type as the header spells it.
    let type: String
    let shape: [Int]
    /// The first byte in the data and the one after the last.
    let begin: Int
    let end: Int
  }

  var metadata: [String: String] = [:]
  /// Whether there is a member of metadata, be it empty.
  var hasMetadata = false
  var tensors: [String: SafetensorsFields] = [:]

  static let largestCount = 100_000
  static let largestHeader = 100_000_000
  static let metadataKey = "__metadata__"

  /// Parses a header.
  ///
  /// - Throws: `ContrastiveError.file`.
  init(parsing bytes: [UInt8], path: String) throws(ContrastiveError) {
    guard Self.startsHeader(bytes[...]) else {
      throw .file(
        path: path, problem: "is not a safetensors file: its header does not start with {")
    }
    let members = try Self.countMembers(bytes, path: path)
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch {
      let reason = (error as? DecodingError)?.line ?? "it cannot be decoded"
      throw .file(path: path, problem: "has an unreadable header: \(reason)")
    }
    let distinct =
      tensors.values.reduce(0) { $0 + 1 + $1.members } + metadata.count + (hasMetadata ? 1 : 0)
    guard members == distinct else {
      throw .file(path: path, problem: "has a header in which a name occurs twice")
    }
    try requireCount(path: path)
  }

  /// Whether bytes start as a header does: with a brace after spaces.
  static func startsHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
    let first = bytes.first { !" \t\r\n".utf8.contains($0) }
    return first == UInt8(ascii: "{") || (first == nil && !bytes.isEmpty)
  }

  /// The header of tensors that follow each other, padded to a multiple of 8 bytes.
  ///
  /// - Throws: `ContrastiveError.file` for what could not be read again.
  static func encoded(
    _ ordered: [SavedTensor], metadata: [String: String], path: String
  ) throws(ContrastiveError) -> [UInt8] {
    var header = SafetensorsHeader()
    var begin = 0
    for tensor in ordered {
      guard tensor.name != metadataKey else {
        throw .file(
          path: path, problem: "cannot be saved: a tensor is called \(quoted(tensor.name))")
      }
      let end = begin + (Tensor.byteCount(of: tensor.shape, width: tensor.type.width) ?? 0)
      header.tensors[tensor.name] = SafetensorsFields(
        dtype: tensor.type.rawValue, shape: tensor.shape, dataOffsets: [begin, end])
      begin = end
    }
    header.metadata = metadata
    try header.requireCount(path: path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var bytes = try? Array(encoder.encode(header)) else {
      throw .file(path: path, problem: "cannot be saved: its header cannot be encoded")
    }
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: (8 - bytes.count % 8) % 8)
    guard bytes.count <= largestHeader else {
      throw .file(
        path: path, problem: "cannot be saved: its header has more than \(largestHeader) bytes")
    }
    _ = try countMembers(bytes, path: path)
    return bytes
  }

  /// The tensors in the order of their data, without holes or overlaps.
  ///
  /// - Throws: `ContrastiveError.file`.
  func ordered(path: String) throws(ContrastiveError) -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(tensors.count)
    let ranges = tensors.map { (name: $0.key, fields: $0.value, offsets: $0.value.dataOffsets) }
      .sorted { $0.offsets.lexicographicallyPrecedes($1.offsets) }
    var position = 0
    for (name, fields, offsets) in ranges {
      func failure(_ problem: String) -> ContrastiveError {
        .file(path: path, problem: "tensor \(quoted(name)) \(problem)")
      }
      guard fields.shape.count <= Tensor.largestRank, fields.shape.allSatisfy({ $0 >= 0 }) else {
        throw failure("has a negative length or more than \(Tensor.largestRank) axes")
      }
      guard offsets.count == 2, offsets[0] <= offsets[1] else {
        throw failure("has data_offsets that are not [begin, end] with begin ≤ end")
      }
      guard offsets[0] == position else {
        let kind = offsets[0] < position ? "overlaps the tensor before" : "leaves a hole before it"
        throw failure("\(kind): it starts at byte \(offsets[0]), expected \(position)")
      }
      if let type = Tensor.ElementType(rawValue: fields.dtype) {
        let bytes = Tensor.byteCount(of: fields.shape, width: type.width)
        guard bytes == offsets[1] - offsets[0] else {
          let needed = bytes.map { "\($0) bytes" } ?? "more bytes than can be counted"
          throw failure(
            "has \(offsets[1] - offsets[0]) bytes, its shape "
              + "\(type.rawValue) \(Tensor.text(of: fields.shape)) needs \(needed)")
        }
      }
      position = offsets[1]
      entries.append(
        Entry(
          name: name, type: fields.dtype, shape: fields.shape, begin: offsets[0], end: offsets[1]))
    }
    return entries
  }

  private init() {}

  private func requireCount(path: String) throws(ContrastiveError) {
    let count = max(tensors.count, metadata.count)
    guard count <= Self.largestCount else {
      throw .file(
        path: path,
        problem: "has \(count) names in its header, more than the \(Self.largestCount) allowed")
    }
  }

  /// The members of all objects, after holding the header against bounds on what it may contain.
  private static func countMembers(
    _ bytes: [UInt8], path: String
  ) throws(ContrastiveError) -> Int {
    let outline = JSONOutline(of: bytes)
    if let stray = outline.strayByte {
      throw .file(
        path: path, problem: "has an unreadable header: unexpected character at byte \(stray)")
    }
    guard outline.depth <= 3 else {
      throw .file(path: path, problem: "has a header nested deeper than 3 levels")
    }
    guard outline.members <= 5 * largestCount + 1, outline.separators <= 20 * largestCount else {
      throw .file(path: path, problem: "has a header of too many values")
    }
    return outline.members
  }
}
