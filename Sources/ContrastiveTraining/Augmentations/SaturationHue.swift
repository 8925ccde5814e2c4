import ContrastiveCore

/// Saturation by a random factor and hue by a random shift, in random order; three channels only.
///
/// A saturation factor f gives `f · x + (1 − f) · luma(x)` for each pixel (0.299 R + 0.587 G +
/// 0.114 B), kept within 0 … 1. A shift t moves the hue of hue–saturation–value by t, where 1 is
/// the whole circle. Factors are uniform in [max(0, 1 − saturation), 1 + saturation], shifts in
/// ±hue, as in torchvision's `ColorJitter`. Images without three channels have no color and stay as
/// they are.
public struct SaturationHue: Augmentation {
  /// The drawn parameters.
  public struct Change: Sendable, Equatable {
    /// Factor of saturation.
    public var saturation: Float
    /// Shift of the hue, −1/2 … 1/2.
    public var hue: Float
    /// Whether the hue is changed before the saturation.
    public var hueFirst: Bool

    /// A factor and a shift, in an order.
    public init(saturation: Float, hue: Float, hueFirst: Bool = false) {
      self.saturation = saturation
      self.hue = hue
      self.hueFirst = hueFirst
    }
  }

  /// Strength of the saturation.
  public let saturation: Float
  /// Largest shift of the hue.
  public let hue: Float
  /// Probability of a change, 0 … 1.
  public let probability: Float

  /// Changes of given strengths.
  ///
  /// - Parameters:
  ///   - saturation: strength of the saturation, 0 or more.
  ///   - hue: largest shift of the hue, 0 … 1/2.
  ///   - probability: of a change, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    saturation: Float = 0.4, hue: Float = 0.1, probability: Float = 0.8
  ) throws(ContrastiveError) {
    try requireParameter(
      saturation.isFinite && saturation >= 0, "saturation", saturation, "0 or more")
    try requireParameter(0...0.5 ~= hue, "hue", hue, "0 … 0.5")
    try requireProbability(probability)
    self.saturation = saturation
    self.hue = hue
    self.probability = probability
  }

  /// The change, or nil for none.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Change? {
    guard random.uniform() < probability else { return nil }
    return Change(
      saturation: random.uniform(max(0, 1 - saturation), 1 + saturation),
      hue: random.uniform(-hue, hue), hueFirst: random.uniform() < 0.5)
  }

  /// Makes the change, in its order, to an image of three channels.
  public func apply(_ drawn: Change?, to image: inout Canvas) {
    guard let drawn, image.shape.channels == 3 else { return }
    let positions = image.shape.positions
    image.change { values in
      if drawn.hueFirst { Self.turn(values, positions, drawn.hue) }
      Self.saturate(values, positions, drawn.saturation)
      if !drawn.hueFirst { Self.turn(values, positions, drawn.hue) }
    }
  }

  /// `factor · x + (1 − factor) · luma(x)`, kept within 0 … 1.
  static func saturate(
    _ values: UnsafeMutablePointer<Float>, _ positions: Int, _ factor: Float
  ) {
    for position in 0..<positions {
      let pixel = values + 3 * position
      let gray = (1 - factor) * Luma.of(pixel)
      for channel in 0..<3 { pixel[channel] = min(max(factor * pixel[channel] + gray, 0), 1) }
    }
  }

  /// With value V = max and chroma C = max − min, channel n of (5, 3, 1) is
  /// `V − C · max(0, min(k, 4 − k, 1))` for k = (n + 6 · hue) mod 6.
  static func turn(_ values: UnsafeMutablePointer<Float>, _ positions: Int, _ turn: Float) {
    guard turn != 0 else { return }
    for position in 0..<positions {
      let pixel = values + 3 * position
      let (red, green, blue) = (pixel[0], pixel[1], pixel[2])
      let top = max(red, max(green, blue))
      let chroma = top - min(red, min(green, blue))
      guard chroma > 0 else { continue }
      let sector: Float =
        top == red
        ? (green - blue) / chroma
        : top == green ? (blue - red) / chroma + 2 : (red - green) / chroma + 4
      let moved = sector + 6 * turn
      pixel[0] = channel(5 + moved, top, chroma)
      pixel[1] = channel(3 + moved, top, chroma)
      pixel[2] = channel(1 + moved, top, chroma)
    }
  }

  /// `V − C · max(0, min(k, 4 − k, 1))` of a k of −9 … 18, taken mod 6; whole sixes are taken off a
  /// number above them without rounding.
  @inline(__always)
  private static func channel(_ place: Float, _ top: Float, _ chroma: Float) -> Float {
    var k = place
    if k >= 12 { k -= 6 }
    if k >= 6 { k -= 6 }
    if k <= -6 { k += 6 }
    if k < 0 { k += 6 }
    return top - chroma * max(0, min(k, min(4 - k, 1)))
  }
}
