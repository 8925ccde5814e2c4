import ContrastiveCore

/// How bytes become the numbers that a network takes: `(byte / 255 − mean) / deviation` per channel.
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
  /// - Throws: `ContrastiveError.shape` when the counts differ, `.parameter` when a number is out of range.
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

  /// Scales numbers of 0 … 1, `pixels` times one per channel, into `output`, which may be the input.
  func apply(
    unit input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, pixels: Int
  ) {
    let channels = mean.count
    for channel in 0..<channels {
      let (center, factor) = (mean[channel], 1 / deviation[channel])
      if channels == 1 {
        for pixel in 0..<pixels { output[pixel] = (input[pixel] - center) * factor }
      } else {
        for pixel in 0..<pixels {
          let index = pixel * channels + channel
          output[index] = (input[index] - center) * factor
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
