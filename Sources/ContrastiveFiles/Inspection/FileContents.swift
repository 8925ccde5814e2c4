import ContrastiveCore

/// What is in a file of any format this library reads, told by its first bytes.
///
/// The file is read and checked as a whole: every size is held against the file's before memory is
/// taken, a gzip file's own checksum is checked, and so is that of a sealed safetensors file.
public struct FileContents: Sendable {
  /// The formats.
  public enum Format: String, Codable, Sendable {
    /// NumPy.
    case npy
    /// IDX.
    case idx
    /// IDX, gzipped.
    case gzippedIDX = "idx.gz"
    /// Safetensors.
    case safetensors
  }

  /// The format.
  public let format: Format
  /// Bytes of the file.
  public let size: Int
  /// The arrays by name; that of a format with one array alone has the name "".
  public let tensors: [String: Tensor]
  /// Free text by name.
  public let metadata: [String: String]
  /// Whether the file has a checksum over all of it, which is then right.
  public let isSealed: Bool

  /// Reads a file.
  ///
  /// - Parameter path: the file.
  /// - Throws: `ContrastiveError.file` for a file of none of the formats, or one that is damaged.
  public init(path: String) throws(ContrastiveError) {
    var file = try FileReader(path: path)
    size = file.size
    if try file.hasPrefix(NPYFile.magic) {
      (format, tensors) = (.npy, ["": try NPYFile.read(path: path)])
      (metadata, isSealed) = ([:], false)
    } else if try file.hasPrefix(GzipReader.magic) {
      (format, tensors) = (.gzippedIDX, ["": try IDXFile.read(path: path)])
      (metadata, isSealed) = ([:], true)
    } else if try Self.startsAsSafetensors(&file) {
      let file = try SafetensorsFile(path: path)
      try file.checkSeal()
      (format, tensors) = (.safetensors, file.tensors)
      (metadata, isSealed) = (file.metadata, file.isSealed)
    } else if try file.hasPrefix([0, 0]) {
      (format, tensors) = (.idx, ["": try IDXFile.read(path: path)])
      (metadata, isSealed) = ([:], false)
    } else {
      throw .file(
        path: path, problem: "is of no known format (known: .npy, safetensors, IDX, gzipped IDX)")
    }
  }

  /// A length of eight bytes and the brace that every header starts with; IDX has neither.
  private static func startsAsSafetensors(
    _ file: inout FileReader
  ) throws(ContrastiveError) -> Bool {
    guard file.size >= 9 else { return false }
    let start: [UInt8] = try file.array(9)
    // Reading goes on at the first byte.
    _ = try file.hasPrefix([])
    return start[8] == UInt8(ascii: "{")
  }
}

/// The numbers of a tensor in short.
public struct TensorSummary: Sendable, Codable, Equatable {
  /// The type's name, such as F32.
  public let type: String
  /// Length of every axis.
  public let shape: [Int]
  /// The smallest finite number, nil where there is none.
  public let minimum: Double?
  /// The largest finite number, nil where there is none.
  public let maximum: Double?
  /// NaNs and infinities.
  public let nonFinite: Int

  enum CodingKeys: String, CodingKey {
    case type, shape, minimum, maximum
    case nonFinite = "non_finite"
  }

  /// Looks at every element.
  public init(_ tensor: Tensor) {
    type = tensor.type.rawValue
    shape = tensor.shape
    (minimum, maximum, nonFinite) =
      switch tensor.elements {
      case .float32(let values): Self.range(values.lazy.map(Double.init))
      case .float64(let values): Self.range(values.lazy.map { $0 })
      case .int32(let values): Self.range(values.lazy.map(Double.init))
      case .int64(let values): Self.range(values.lazy.map(Double.init))
      case .uint8(let values): Self.range(values.lazy.map(Double.init))
      }
  }

  private static func range(_ values: some Sequence<Double>) -> (Double?, Double?, Int) {
    var (low, high, others) = (Double.infinity, -Double.infinity, 0)
    for value in values {
      guard value.isFinite else {
        others += 1
        continue
      }
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? (low, high, others) : (nil, nil, others)
  }
}
