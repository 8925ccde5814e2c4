import ContrastiveCore

/// Brightness and contrast by random factors, in random order.
///
/// A brightness factor f gives `f · x`; a contrast factor gives `f · x + (1 − f) · m`, where m is the mean
/// luma of the image (0.299 R + 0.587 G + 0.114 B, or the mean of all channels when there are not
/// three). Each result is kept within 0 … 1. Factors are uniform in [max(0, 1 − strength), 1 + strength],
/// as in torchvision's `ColorJitter`.
public struct BrightnessContrast: Augmentation {
  /// What was drawn.
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
  /// How often anything is changed, 0 … 1.
  public let probability: Float

  /// Changes of given strengths.
  ///
  /// - Parameters:
  ///   - brightness: strength of the brightness, 0 or more.
  ///   - contrast: strength of the contrast, 0 or more.
  ///   - probability: how often anything is changed, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    brightness: Float = 0.4, contrast: Float = 0.4, probability: Float = 0.8
  ) throws(ContrastiveError) {
    for (name, strength) in [("brightness", brightness), ("contrast", contrast)] {
      guard strength.isFinite, strength >= 0 else {
        throw .parameter(name: name, found: "\(strength)", expected: "0 or more")
      }
    }
    guard 0...1 ~= probability else {
      throw .parameter(name: "probability", found: "\(probability)", expected: "0 … 1")
    }
    self.brightness = brightness
    self.contrast = contrast
    self.probability = probability
  }

  /// The factors, or nil when nothing is to change.
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
      if drawn.contrastFirst { contrast(values, shape, drawn.contrast) }
      scale(values, shape.count, by: drawn.brightness, plus: 0)
      if !drawn.contrastFirst { contrast(values, shape, drawn.contrast) }
    }
  }

  private func contrast(
    _ values: UnsafeMutablePointer<Float>, _ shape: ImageShape, _ factor: Float
  ) {
    scale(values, shape.count, by: factor, plus: (1 - factor) * luma(values, shape))
  }

  private func scale(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, by factor: Float, plus term: Float
  ) {
    for index in 0..<count {
      let value = factor * values[index] + term
      let low = value < 0 ? 0 : value
      values[index] = low > 1 ? 1 : low
    }
  }

  private func luma(_ values: UnsafePointer<Float>, _ shape: ImageShape) -> Float {
    guard shape.channels == 3 else {
      return Float(sum(values, shape.count)) / Float(shape.count)
    }
    var total = 0.0
    for pixel in 0..<shape.positions {
      let color = values + 3 * pixel
      total += Double(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2])
    }
    return Float(total / Double(shape.positions))
  }

  /// Eight sums side by side, because one sum waits for itself at every addition.
  private func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var lanes = SIMD8<Float>.zero
    let whole = count / 8
    let raw = UnsafeRawPointer(values)
    for block in 0..<whole {
      lanes += raw.loadUnaligned(fromByteOffset: 32 * block, as: SIMD8<Float>.self)
    }
    var total = lanes.sum()
    for index in (8 * whole)..<count { total += values[index] }
    return total
  }
}
