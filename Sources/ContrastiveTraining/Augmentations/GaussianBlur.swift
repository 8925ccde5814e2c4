import CLibrary
import ContrastiveCore

/// A blur by a Gaussian of random width, with a probability.
///
/// Weights exp(−i² / 2σ²) for |i| ≤ ⌈3σ⌉, made to sum to 1, along rows and along columns; beyond an
/// edge the image is mirrored about the edge's pixel. SimCLR draws σ in 0.1 … 2.0 for images of 224
/// pixels with probability one half (Chen et al., ICML 2020, appendix A). Complexity: O(pixels ·
/// σ).
public struct GaussianBlur: Augmentation {
  /// Standard deviations, in pixels.
  public let deviation: ClosedRange<Float>
  /// The probability, 0 … 1.
  public let probability: Float

  /// A blur with a probability.
  ///
  /// - Parameters:
  ///   - deviation: standard deviations, in pixels, above 0 and at most 64.
  ///   - probability: 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    deviation: ClosedRange<Float> = 0.1...2, probability: Float = 0.5
  ) throws(ContrastiveError) {
    try requireParameter(
      deviation.lowerBound > 0 && deviation.upperBound <= 64, "deviation", deviation,
      "above 0, at most 64")
    try requireProbability(probability)
    self.deviation = deviation
    self.probability = probability
  }

  /// The standard deviation, or nil for no blur.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Float? {
    guard random.uniform() < probability else { return nil }
    return random.uniform(deviation.lowerBound, deviation.upperBound)
  }

  /// Blurs with a standard deviation.
  public func apply(_ drawn: Float?, to image: inout Canvas) {
    guard let drawn else { return }
    let shape = image.shape
    let line = shape.width * shape.channels
    let (down, across) = (weights(drawn, shape.height), weights(drawn, shape.width))
    let margin = (across.count - 1) * shape.channels
    image.replace(by: shape) { old, new in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: line + 2 * margin) { buffer in
        guard let padded = buffer.baseAddress else { return }
        let middle = padded + margin
        for row in 0..<shape.height {
          sum(into: middle, line, down) { step in
            (
              old + Self.mirror(row - step, shape.height) * line,
              old + Self.mirror(row + step, shape.height) * line
            )
          }
          for step in 1..<max(across.count, 1) {
            for channel in 0..<shape.channels {
              middle[-step * shape.channels + channel] =
                middle[Self.mirror(-step, shape.width) * shape.channels + channel]
              middle[(shape.width - 1 + step) * shape.channels + channel] =
                middle[
                  Self.mirror(shape.width - 1 + step, shape.width) * shape.channels + channel]
            }
          }
          sum(into: new + row * line, line, across) { step in
            (
              UnsafePointer(middle - step * shape.channels),
              UnsafePointer(middle + step * shape.channels)
            )
          }
        }
      }
    }
  }

  /// `output = Σ_s weight_s · (one_s + other_s)`, the middle once.
  @inline(__always)
  private func sum(
    into output: UnsafeMutablePointer<Float>, _ count: Int, _ weights: [Float],
    of pair: (Int) -> (UnsafePointer<Float>, UnsafePointer<Float>)
  ) {
    for (step, weight) in weights.enumerated() {
      let (one, other) = pair(step)
      if step == 0 {
        for index in 0..<count { output[index] = weight * one[index] }
      } else {
        for index in 0..<count { output[index] += weight * (one[index] + other[index]) }
      }
    }
  }

  /// Weights of the middle and of the steps to either side, of which an image of `extent` has
  /// fewer.
  private func weights(_ deviation: Float, _ extent: Int) -> [Float] {
    let reach = min(Int((3 * deviation).rounded(.up)), extent - 1)
    let variance = 2 * Double(deviation) * Double(deviation)
    let raw = (0...max(reach, 0)).map { exp(-Double($0 * $0) / variance) }
    let total = 2 * raw.reduce(0, +) - 1
    return raw.map { Float($0 / total) }
  }

  /// The place inside 0 ..< extent that a place up to extent − 1 outside is mirrored to.
  private static func mirror(_ place: Int, _ extent: Int) -> Int {
    place < 0 ? -place : place >= extent ? 2 * (extent - 1) - place : place
  }
}
