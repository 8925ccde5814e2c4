import ContrastiveCore

/// A horizontal flip with a probability.
public struct HorizontalFlip: Augmentation {
  /// The probability, 0 … 1.
  public let probability: Float

  /// A flip with a probability.
  ///
  /// - Parameter probability: 0 … 1.
  /// - Throws: `ContrastiveError.parameter` when it is out of range.
  public init(probability: Float = 0.5) throws(ContrastiveError) {
    try requireProbability(probability)
    self.probability = probability
  }

  /// Whether to flip.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Bool {
    random.uniform() < probability
  }

  /// Applies the flip.
  public func apply(_ drawn: Bool, to image: inout Canvas) {
    guard drawn else { return }
    let shape = image.shape
    let (width, channels) = (shape.width, shape.channels)
    image.change { values in
      for row in 0..<shape.height {
        let line = values + row * width * channels
        for column in 0..<(width / 2) {
          let (left, right) = (column * channels, (width - 1 - column) * channels)
          for channel in 0..<channels {
            let kept = line[left + channel]
            line[left + channel] = line[right + channel]
            line[right + channel] = kept
          }
        }
      }
    }
  }
}
