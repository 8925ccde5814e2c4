import CLibrary
import ContrastiveCore

/// A rotation about the image's center with bilinear interpolation; pixels from outside are black.
///
/// The image keeps its size. Quarter turns of a square image move whole pixels and lose nothing:
/// LooC draws one of 0°, 90°, 180° and 270° (Xiao et al., ICLR 2021).
public struct Rotation: Augmentation {
  /// The distribution of the angles.
  public enum Angles: Sendable, Equatable {
    /// 0°, 90°, 180° or 270°, each equally likely.
    case quarterTurns
    /// Uniform in ±degrees.
    case within(degrees: Float)
  }

  /// The distribution of the angles.
  public let angles: Angles
  /// Probability of a rotation, 0 … 1.
  public let probability: Float

  /// A rotation by random angles.
  ///
  /// - Parameters:
  ///   - angles: their distribution; degrees 0 … 180.
  ///   - probability: of a rotation, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(_ angles: Angles, probability: Float = 1) throws(ContrastiveError) {
    if case .within(let degrees) = angles, !(0...180 ~= degrees) {
      throw .parameter(name: "degrees", found: "\(degrees)", expected: "0 … 180")
    }
    try requireProbability(probability)
    self.angles = angles
    self.probability = probability
  }

  /// The angle in degrees, counter-clockwise.
  public func draw(for shape: ImageShape, using random: inout CounterRandom) -> Float {
    guard random.uniform() < probability else { return 0 }
    switch angles {
    case .quarterTurns: return Float(90 * random.index(below: 4))
    case .within(let degrees): return random.uniform(-degrees, degrees)
    }
  }

  /// Rotates the image by an angle in degrees.
  public func apply(_ drawn: Float, to image: inout Canvas) {
    guard drawn != 0 else { return }
    let shape = image.shape
    let (cosine, sine) = Self.direction(drawn)
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    image.replace(by: shape) { old, new in
      for row in 0..<height {
        let dy = Float(row) - middleY
        for column in 0..<width {
          // Rows grow downwards, so a counter-clockwise turn looks clockwise in (x, y).
          let dx = Float(column) - middleX
          let x = cosine * dx - sine * dy + middleX
          let y = sine * dx + cosine * dy + middleY
          let pixel = new + (row * width + column) * channels
          for channel in 0..<channels { pixel[channel] = 0 }
          guard x > -1, y > -1, x < Float(width), y < Float(height) else { continue }
          let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
          let (right, below) = (x - Float(left), y - Float(top))
          for (line, share) in [(top, 1 - below), (top + 1, below)] {
            for (place, part) in [(left, 1 - right), (left + 1, right)] {
              guard share * part > 0, 0..<height ~= line, 0..<width ~= place else { continue }
              let source = old + (line * width + place) * channels
              for channel in 0..<channels { pixel[channel] += share * part * source[channel] }
            }
          }
        }
      }
    }
  }

  /// Cosine and sine, exact at quarter turns.
  private static func direction(_ degrees: Float) -> (Float, Float) {
    switch degrees.truncatingRemainder(dividingBy: 360) {
    case 90, -270: return (0, 1)
    case 180, -180: return (-1, 0)
    case 270, -90: return (0, -1)
    case let rest:
      let angle = Double(rest) * Double.pi / 180
      return (Float(cos(angle)), Float(sin(angle)))
    }
  }
}
