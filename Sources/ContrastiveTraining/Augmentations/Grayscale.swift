import ContrastiveCore

/// Conversion to grayscale with a probability: every channel becomes the pixel's luma.
///
/// 0.299 R + 0.587 G + 0.114 B, as in torchvision's `RandomGrayscale`. Images without three
/// channels have no color and stay as they are.
public struct Grayscale: Augmentation {
  /// The probability, 0 … 1.
  public let probability: Float

  /// A conversion with a probability.
  ///
  /// - Parameter probability: 0 … 1.
  /// - Throws: `ContrastiveError.parameter` when it is out of range.
  public init(probability: Float = 0.2) throws(ContrastiveError) {
    try requireProbability(probability)
    self.probability = probability
  }

  /// Whether to convert.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Bool {
    random.uniform() < probability
  }

  /// Applies the conversion.
  public func apply(_ drawn: Bool, to image: inout Canvas) {
    guard drawn, image.shape.channels == 3 else { return }
    let positions = image.shape.positions
    image.change { values in
      for position in 0..<positions {
        let pixel = values + 3 * position
        let gray = Luma.of(pixel)
        for channel in 0..<3 { pixel[channel] = gray }
      }
    }
  }
}
