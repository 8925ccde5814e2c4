import ContrastiveCore

/// Brightness and contrast by random factors, in random order.
///
/// A brightness factor f gives `f · x`; a contrast factor gives `f · x + (1 − f) · m`, where m is
/// the mean luma of the image (0.299 R + 0.587 G + 0.114 B, or the mean of all channels when there
/// are not three). Each result is kept within 0 … 1. Factors are uniform in [max(0, 1 − strength),
/// 1 + strength], as in torchvision's `ColorJitter`.
public struct BrightnessContrast: Augmentation {
  /// The drawn parameters.
  public struct Factors: Sendable, Equatable {
    /// Factor of brightness.
    public var brightness: Float
    /// Factor of contrast.
    public var contrast: Float
    /// Whether contrast is changed before brightness.
    public var contrastFirst: Bool

    /// Factors in an order.
    public init(brightness: Float, contrast: Float, contrastFirst: Bool = false) {
      self.brightness = brightness
      self.contrast = contrast
      self.contrastFirst = contrastFirst
    }
  }

  /// Strength of the brightness.
  public let brightness: Float
  /// Strength of the contrast.
  public let contrast: Float
  /// Probability of a change, 0 … 1.
  public let probability: Float

  /// Changes of given strengths.
  ///
  /// - Parameters:
  ///   - brightness: strength of the brightness, 0 or more.
  ///   - contrast: strength of the contrast, 0 or more.
  ///   - probability: of a change, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    brightness: Float = 0.4, contrast: Float = 0.4, probability: Float = 0.8
  ) throws(ContrastiveError) {
    for (name, strength) in [("brightness", brightness), ("contrast", contrast)] {
      try requireParameter(strength.isFinite && strength >= 0, name, strength, "0 or more")
    }
    try requireProbability(probability)
    self.brightness = brightness
    self.contrast = contrast
    self.probability = probability
  }

  /// The factors, or nil for none.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Factors? {
    guard random.uniform() < probability else { return nil }
    return Factors(
      brightness: random.uniform(max(0, 1 - brightness), 1 + brightness),
      contrast: random.uniform(max(0, 1 - contrast), 1 + contrast),
      contrastFirst: random.uniform() < 0.5)
  }

  /// Applies the factors in their order.
  public func apply(_ drawn: Factors?, to image: inout Canvas) {
    guard let drawn else { return }
    let shape = image.shape
    image.change { values in
      if drawn.contrastFirst { Self.contrast(values, shape, drawn.contrast) }
      Self.scale(values, shape.count, by: drawn.brightness, plus: 0)
      if !drawn.contrastFirst { Self.contrast(values, shape, drawn.contrast) }
    }
  }

  /// `factor · x + (1 − factor) · m`, kept within 0 … 1.
  static func contrast(
    _ values: UnsafeMutablePointer<Float>, _ shape: ImageShape, _ factor: Float
  ) {
    scale(values, shape.count, by: factor, plus: (1 - factor) * Luma.mean(values, shape))
  }

  /// `factor · x + term`, kept within 0 … 1.
  static func scale(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, by factor: Float, plus term: Float
  ) {
    for index in 0..<count {
      let value = factor * values[index] + term
      let low = value < 0 ? 0 : value
      values[index] = low > 1 ? 1 : low
    }
  }
}
