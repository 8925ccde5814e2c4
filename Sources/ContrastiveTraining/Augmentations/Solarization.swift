import ContrastiveCore

/// Solarization with a probability: inverts bright pixels, `1 − x` where x is at least the
/// threshold.
///
/// The second view of BYOL is made with it (Grill et al., NeurIPS 2020, appendix B: probability
/// 0.2, threshold one half).
public struct Solarization: Augmentation {
  /// The smallest value that is inverted.
  public let threshold: Float
  /// The probability, 0 … 1.
  public let probability: Float

  /// A solarization with a probability.
  ///
  /// - Parameters:
  ///   - threshold: the smallest value that is inverted, 0 … 1.
  ///   - probability: 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(threshold: Float = 0.5, probability: Float = 0.2) throws(ContrastiveError) {
    try requireParameter(0...1 ~= threshold, "threshold", threshold, "0 … 1")
    try requireProbability(probability)
    self.threshold = threshold
    self.probability = probability
  }

  /// Whether to solarize.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Bool {
    random.uniform() < probability
  }

  /// Applies the solarization.
  public func apply(_ drawn: Bool, to image: inout Canvas) {
    guard drawn else { return }
    let (count, threshold) = (image.shape.count, threshold)
    image.change { values in
      for index in 0..<count {
        let value = values[index]
        values[index] = value < threshold ? value : 1 - value
      }
    }
  }
}
