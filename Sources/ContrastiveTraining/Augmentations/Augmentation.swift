import ContrastiveCore

/// A random change of an image, in two steps: draw what to do, then do it.
///
/// What was drawn is a value, so that a test or a method that asks for a given change can apply it
/// without drawing.
public protocol Augmentation: Sendable {
  /// What a draw decides, such as the place of a crop.
  associatedtype Drawn: Sendable

  /// Shape of the image it gives for one of a shape.
  func outputShape(for shape: ImageShape) -> ImageShape

  /// Decides what to do with an image of a shape.
  func draw(for shape: ImageShape, using random: inout CounterRandom) -> Drawn

  /// Decides what to do with one image of a data set; as with any other, unless an augmentation
  /// knows something of each image.
  func draw(for shape: ImageShape, image: Int, using random: inout CounterRandom) -> Drawn

  /// Does it.
  func apply(_ drawn: Drawn, to image: inout Canvas)
}

extension Augmentation {
  /// The shape stays.
  public func outputShape(for shape: ImageShape) -> ImageShape { shape }

  /// As with any other image of the shape.
  public func draw(
    for shape: ImageShape, image: Int, using random: inout CounterRandom
  ) -> Drawn {
    draw(for: shape, using: &random)
  }

  func callAsFunction(
    _ canvas: inout Canvas, image: Int, using random: inout CounterRandom
  ) {
    apply(draw(for: canvas.shape, image: image, using: &random), to: &canvas)
  }
}

/// Refuses a probability outside 0 … 1.
func requireProbability(_ probability: Float) throws(ContrastiveError) {
  guard 0...1 ~= probability else {
    throw .parameter(name: "probability", found: "\(probability)", expected: "0 … 1")
  }
}
