import ContrastiveCore

/// How bytes become the numbers that a network takes: `(byte / 255 − mean) / deviation` per
/// channel.
public struct PixelScaling: Sendable, Equatable {
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
    guard mean.count == deviation.count, !mean.isEmpty else {
      throw .shape(
        argument: "deviation", found: "[\(deviation.count)]",
        expected: "[\(mean.count)], at least 1"
      )
    }
    guard mean.allSatisfy(\.isFinite) else {
      throw .parameter(name: "mean", found: "\(mean)", expected: "finite numbers")
    }
    guard deviation.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw .parameter(name: "deviation", found: "\(deviation)", expected: "numbers above 0")
    }
    self.mean = mean
    self.deviation = deviation
  }

  /// The scaling that gives a set of images mean 0 and deviation 1 in each channel.
  ///
  /// A channel that never changes keeps the deviation 1. Complexity: O(pixels), on whole numbers.
  ///
  /// - Parameter pixels: at least one image.
  /// - Throws: `ContrastiveError.empty` without images.
  public init(of pixels: Pixels) throws(ContrastiveError) {
    guard pixels.count > 0 else { throw .empty(argument: "pixels") }
    let channels = pixels.shape.channels
    var histogram = [Int](repeating: 0, count: 256 * channels)
    var channel = 0
    for byte in pixels.bytes {
      histogram[channel * 256 + Int(byte)] += 1
      channel = channel + 1 == channels ? 0 : channel + 1
    }
    let count = Double(pixels.count * pixels.shape.positions)
    var (mean, deviation): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      let shares = (0..<256).map { Double(histogram[channel * 256 + $0]) / count }
      let center = shares.indices.reduce(0) { $0 + shares[$1] * Double($1) / 255 }
      let spread = shares.indices.reduce(0) { total, byte in
        let distance = Double(byte) / 255 - center
        return total + shares[byte] * distance * distance
      }
      mean.append(Float(center))
      deviation.append(spread > 0 ? Float(spread.squareRoot()) : 1)
    }
    try self.init(mean: mean, deviation: deviation)
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
