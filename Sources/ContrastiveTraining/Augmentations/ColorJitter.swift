import ContrastiveCore

/// Brightness, contrast, saturation and hue changed together with a probability, in random order.
///
/// Factors of the first three are uniform in [max(0, 1 − strength), 1 + strength], the hue's shift
/// in ±hue, and each change is as `BrightnessContrast` and `SaturationHue` make it: torchvision's
/// `ColorJitter` inside its `RandomApply`, as SimCLR, MoCo and BYOL use it. Images without three
/// channels have their brightness and contrast changed only.
public struct ColorJitter: Augmentation {
  /// One of the four.
  public enum Change: Int, CaseIterable, Sendable {
    /// Of brightness, contrast, saturation or hue.
    case brightness, contrast, saturation, hue
  }

  /// The drawn parameters.
  public struct Factors: Sendable, Equatable {
    /// Factor of brightness.
    public var brightness: Float
    /// Factor of contrast.
    public var contrast: Float
    /// Factor of saturation.
    public var saturation: Float
    /// Shift of the hue, −1/2 … 1/2.
    public var hue: Float
    /// The order of the changes.
    public var order: [Change]

    /// Factors in an order.
    public init(
      brightness: Float, contrast: Float, saturation: Float, hue: Float,
      order: [Change] = Change.allCases
    ) {
      (self.brightness, self.contrast) = (brightness, contrast)
      (self.saturation, self.hue, self.order) = (saturation, hue, order)
    }
  }

  private let tone: BrightnessContrast
  private let color: SaturationHue

  /// Changes of given strengths.
  ///
  /// - Parameters:
  ///   - brightness: strength of the brightness and contrast, 0 or more.
  ///   - saturation: strength of the saturation, 0 or more.
  ///   - hue: largest shift of the hue, 0 … 1/2.
  ///   - probability: of all of them together, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    brightness: Float, saturation: Float, hue: Float, probability: Float = 0.8
  ) throws(ContrastiveError) {
    tone = try BrightnessContrast(
      brightness: brightness, contrast: brightness, probability: probability)
    color = try SaturationHue(saturation: saturation, hue: hue, probability: probability)
  }

  /// The factors, or nil for no change.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Factors? {
    guard random.uniform() < tone.probability else { return nil }
    var order = Change.allCases
    order.shuffle(using: &random)
    return Factors(
      brightness: random.uniform(max(0, 1 - tone.brightness), 1 + tone.brightness),
      contrast: random.uniform(max(0, 1 - tone.contrast), 1 + tone.contrast),
      saturation: random.uniform(max(0, 1 - color.saturation), 1 + color.saturation),
      hue: random.uniform(-color.hue, color.hue), order: order)
  }

  /// Makes the changes in their order.
  public func apply(_ drawn: Factors?, to image: inout Canvas) {
    guard let drawn else { return }
    let shape = image.shape
    let hasColor = shape.channels == 3
    image.change { values in
      for change in drawn.order {
        switch change {
        case .brightness:
          BrightnessContrast.scale(values, shape.count, by: drawn.brightness, plus: 0)
        case .contrast: BrightnessContrast.contrast(values, shape, drawn.contrast)
        case .saturation where hasColor:
          SaturationHue.saturate(values, shape.positions, drawn.saturation)
        case .hue where hasColor: SaturationHue.turn(values, shape.positions, drawn.hue)
        case .saturation, .hue: break
        }
      }
    }
  }
}
