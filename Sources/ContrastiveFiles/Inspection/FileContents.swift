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
    /// NumPy, gzipped.
    case gzippedNPY = "npy.gz"
    /// IDX.
    case idx
    /// IDX, gzipped.
    case gzippedIDX = "idx.gz"
    /// Safetensors.
    case safetensors
    /// Safetensors, gzipped.
    case gzippedSafetensors = "safetensors.gz"

    /// Whether there are names and metadata.
    package var isSafetensors: Bool { self == .safetensors || self == .gzippedSafetensors }
  }

  /// The file, for messages.
  let path: String
  /// The format.
  public let format: Format
  /// Bytes of the file.
  public let size: Int
  /// The arrays by name; that of a format with one array alone has the name "".
  public let tensors: [String: Tensor]
  /// Arrays of a type that no `Tensor` has, by name.
  public let unsupported: [String: (type: String, shape: [Int])]
  /// Free text by name.
  public let metadata: [String: String]
  /// The file as one of safetensors, if it is.
  package let safetensors: SafetensorsFile?
  /// Whether the file has a checksum over all of it, which is then right.
  public let isSealed: Bool

  /// Reads a file.
  ///
  /// - Parameter path: the file; `-` is standard input.
  /// - Throws: `ContrastiveError.file` for a file of none of the formats, or one that is damaged.
  public init(path: String) throws(ContrastiveError) { try self.init(openSource(path)) }

  init(_ source: any RewindableSource) throws(ContrastiveError) {
    size = source.size
    self.path = source.path
    let isGzipped = try source.isGzipped()
    let start = try Self.start(source, isGzipped: isGzipped)
    let contents = try source.unpacked()
    if start.starts(with: NPYFile.magic) {
      format = isGzipped ? .gzippedNPY : .npy
      (tensors, unsupported, metadata) = (["": try NPYFile.read(from: contents)], [:], [:])
      (isSealed, safetensors) = (isGzipped, nil)
    } else if start.count >= 9, SafetensorsHeader.startsHeader(start[8...]) {
      let file = try SafetensorsFile(from: contents)
      try file.checkSeal()
      format = isGzipped ? .gzippedSafetensors : .safetensors
      (tensors, unsupported, metadata) = (file.tensors, file.unsupported, file.metadata)
      (isSealed, safetensors) = (isGzipped || file.isSealed, file)
    } else if isGzipped || start.starts(with: [0, 0]) {
      format = isGzipped ? .gzippedIDX : .idx
      (tensors, unsupported, metadata) = (["": try IDXFile.read(from: contents)], [:], [:])
      (isSealed, safetensors) = (isGzipped, nil)
    } else {
      guard !start.starts(with: Array("PK".utf8)) else {
        throw source.failure(
          "is a zip archive, such as an .npz; save its arrays one by one, with numpy.save")
      }
      throw source.failure(
        "is of no known format (known: .npy, safetensors and IDX, each also gzipped)")
    }
  }

  /// The first bytes of the contents.
  private static func start(
    _ source: any RewindableSource, isGzipped: Bool
  ) throws(ContrastiveError) -> [UInt8] {
    guard isGzipped else { return try source.start(16) }
    let contents = try GzipReader(source)
    let start = try contents.someBytes(16)
    try source.rewind()
    return start
  }

  /// The one array that must be there alone.
  ///
  /// - Throws: `ContrastiveError.file` when there are others or none.
  package func onlyTensor() throws(ContrastiveError) -> Tensor {
    guard tensors.count + unsupported.count == 1, let only = tensors.values.first else {
      let choice = path == standardInputName ? "a file and FILE:NAME" : "\(path):NAME"
      let names = (Array(tensors.keys) + unsupported.keys).sorted().prefix(20).map(quoted)
      throw .file(
        path: path,
        problem: "holds \(tensors.count + unsupported.count) tensors, expected one, or "
          + "\(choice) to choose; it holds \(names.joined(separator: ", "))")
    }
    return only
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

  /// Reads every element.
  public init(_ tensor: Tensor) {
    type = tensor.type.rawValue
    shape = tensor.shape
    var (low, high, others) = (Double.infinity, -Double.infinity, 0)
    tensor.forEachNumber { value in
      if value.isFinite {
        low = min(low, value)
        high = max(high, value)
      } else {
        others += 1
      }
    }
    (minimum, maximum) = low <= high ? (low, high) : (nil, nil)
    nonFinite = others
  }

  /// One whose elements cannot be read.
  package init(unsupported: (type: String, shape: [Int])) {
    (type, shape) = unsupported
    (minimum, maximum, nonFinite) = (nil, nil, 0)
  }
}
