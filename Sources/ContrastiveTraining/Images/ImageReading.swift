import ContrastiveCore

/// Which labels of a data set are used, for evaluation alone.
public enum LabelUse: String, Codable, CaseIterable, Sendable {
  /// Those that there are: label files, or the folders that images lie in.
  case given
  /// None.
  case none
}

/// How a folder's images are read.
public struct ImageReading: Sendable {
  /// Which labels are used.
  public var labels = LabelUse.given
  /// The share set aside for testing where the folder has no test images: 0.1 where there are
  /// labels and 0 where not when nil.
  public var holdout: Float?
  /// Random seed of that share.
  public var seed: UInt64 = 0
  /// Most bytes of images to hold; half the machine's memory when nil.
  ///
  /// No effect on what is read.
  public var memory: Int?
  /// Height and width that pictures are brought to.
  public var imageSize = 64
  /// Channels that pictures are brought to: 1, 3, or what their colors need when nil.
  public var channels: Int?
  /// Whether a picture that cannot be decoded is an error; it is left out otherwise.
  public var isStrict = false
  /// Folder to keep decoded pictures in, for other runs on the same files; none when nil.
  public var cache: String?

  /// The defaults.
  public init() {}

  /// Bytes of images that may be held.
  package var memoryLimit: Int {
    memory ?? max(MachineMemory.bytes / 2, 1 << 28)
  }
}
