import ContrastiveCore

/// Height, width and channels of an image or of a layer's output; a vector is 1 × 1 × channels.
public struct ImageShape: Sendable, Hashable, Codable {
  /// Rows of pixels.
  public let height: Int
  /// Pixels in a row.
  public let width: Int
  /// Numbers in a pixel.
  public let channels: Int

  package init(unchecked height: Int, _ width: Int, _ channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// A shape of at least one number.
  ///
  /// - Parameters:
  ///   - height: 1 … 65,536.
  ///   - width: 1 … 65,536.
  ///   - channels: 1 … 65,536.
  /// - Throws: `ContrastiveError.parameter` naming the extent outside that range.
  public init(height: Int, width: Int, channels: Int) throws(ContrastiveError) {
    for (name, extent) in [("height", height), ("width", width), ("channels", channels)] {
      try requireParameter(1...65_536 ~= extent, name, extent, "1 … 65536")
    }
    self.init(unchecked: height, width, channels)
  }

  /// The shape of a vector: 1 × 1 × dimension.
  ///
  /// - Parameter dimension: 1 … 65,536.
  /// - Throws: `ContrastiveError.parameter` outside that range.
  public init(dimension: Int) throws(ContrastiveError) {
    try requireParameter(1...65_536 ~= dimension, "dimension", dimension, "1 … 65536")
    self = .vector(dimension)
  }

  static func vector(_ dimension: Int) -> ImageShape { ImageShape(unchecked: 1, 1, dimension) }

  /// Positions of an image.
  public var positions: Int { height * width }

  /// Numbers in an image.
  public var count: Int { height * width * channels }
}

extension ImageShape {
  /// Reads the three extents and checks them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      height: container.decode(Int.self, forKey: .height),
      width: container.decode(Int.self, forKey: .width),
      channels: container.decode(Int.self, forKey: .channels))
  }
}

extension ImageShape: CustomStringConvertible {
  /// The shape as `height × width × channels`.
  public var description: String { "\(height) × \(width) × \(channels)" }
}
