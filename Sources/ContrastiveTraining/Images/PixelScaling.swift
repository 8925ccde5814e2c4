import ContrastiveCore

/// The scaling of bytes to a network's input: `(byte / 255 − mean) / deviation` per
/// channel.
public struct PixelScaling: Codable, Sendable, Equatable {
  /// Mean of each channel on the scale 0 … 1.
  public let mean: [Float]
  /// Deviation of each channel on the scale 0 … 1, above 0.
  public let deviation: [Float]

  /// A scaling by given statistics.
  ///
  /// - Parameters:
  ///   - mean: one number per channel.
  ///   - deviation: one number above 0 per channel.
  /// - Throws: `ContrastiveError.shape` when the counts differ, `.parameter` when a number is out
  ///   of range.
  public init(mean: [Float], deviation: [Float]) throws(ContrastiveError) {
    try requireShape(
      mean.count == deviation.count && !mean.isEmpty, "deviation", "[\(deviation.count)]",
      "[\(mean.count)], at least 1")
    try requireParameter(mean.allSatisfy(\.isFinite), "mean", mean, "finite numbers")
    try requireParameter(
      deviation.allSatisfy({ $0.isFinite && $0 > 0 }), "deviation", deviation, "numbers above 0")
    self.mean = mean
    self.deviation = deviation
  }

  private enum CodingKeys: CodingKey { case mean, deviation }

  /// Reads means and deviations and checks them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      mean: container.decode([Float].self, forKey: .mean),
      deviation: container.decode([Float].self, forKey: .deviation))
  }

  /// The scaling that gives images mean 0 and deviation 1 in each channel.
  ///
  /// A channel that never changes keeps the deviation 1. Complexity: O(pixels), on whole numbers.
  ///
  /// - Parameters:
  ///   - images: at least one.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.empty` without images, and what the source throws.
  public init(of images: some ImageSource, workers: Workers = .all) throws(ContrastiveError) {
    guard images.count > 0 else { throw .empty(argument: "pixels") }
    self = try PixelStatistics(of: images, workers: workers).scaling()
  }

  /// The scaling of a row of pixels, written out so that one loop over its numbers serves any
  /// channels.
  struct Row: Sendable {
    private let center: [Float]
    private let factor: [Float]

    init(_ scaling: PixelScaling, width: Int) {
      center = (0..<width).flatMap { _ in scaling.mean }
      factor = (0..<width).flatMap { _ in scaling.deviation.map { 1 / $0 } }
    }

    /// Scales `rows` rows of numbers of 0 … 1 into `output`, which may be the input.
    func apply(
      unit input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, rows: Int
    ) {
      let count = center.count
      center.withUnsafeBufferPointer { center in
        factor.withUnsafeBufferPointer { factor in
          for row in 0..<rows {
            let (x, y) = (input + row * count, output + row * count)
            for index in 0..<count { y[index] = (x[index] - center[index]) * factor[index] }
          }
        }
      }
    }
  }

  /// Bytes on the scale 0 … 1.
  static func unit(
    _ bytes: UnsafePointer<UInt8>, to output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { output[index] = Float(bytes[index]) * (1 / 255) }
  }
}
