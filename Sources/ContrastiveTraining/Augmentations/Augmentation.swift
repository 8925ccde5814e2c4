import ContrastiveCore

/// A random transformation of an image, in two steps: draw its parameters, then apply it.
///
/// The drawn parameters are a value, so that a test, or a method that needs a given transformation,
/// can apply it without drawing.
public protocol Augmentation: Sendable {
  /// The drawn parameters, such as the position of a crop.
  associatedtype Drawn: Sendable

  /// Shape of the image it gives for one of a shape.
  func outputShape(for shape: ImageShape) -> ImageShape

  /// Draws the parameters for an image of a shape.
  func draw(for shape: ImageShape, using random: inout CounterRandom) -> Drawn

  /// Draws the parameters for one image of a data set; as for any other, unless an augmentation
  /// knows something of each image.
  func draw(for shape: ImageShape, image: Int, using random: inout CounterRandom) -> Drawn

  /// Applies it.
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
  try requireParameter(0...1 ~= probability, "probability", probability, "0 … 1")
}
