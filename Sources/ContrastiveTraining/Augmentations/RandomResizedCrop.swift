import CLibrary
import ContrastiveCore

/// A rectangle of random area and aspect, brought to one size.
///
/// Ten times an area of `scale` times the image's and a log-uniform aspect of `aspect` are drawn,
/// until the rectangle fits; its place is uniform. If none fits, the largest centered rectangle
/// within the aspects is taken. As torchvision's `RandomResizedCrop`, with bilinear interpolation
/// and no antialiasing: meant for crops no larger than what they are brought to.
public struct RandomResizedCrop: Augmentation {
  /// A rectangle of an image.
  public struct Rectangle: Sendable, Equatable {
    /// First row.
    public var top: Int
    /// First column.
    public var left: Int
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// Rows top ..< top + height, columns left ..< left + width.
    public init(top: Int, left: Int, height: Int, width: Int) {
      self.top = top
      self.left = left
      self.height = height
      self.width = width
    }
  }

  /// Fractions of the image's area.
  public let scale: ClosedRange<Float>
  /// Width over height.
  public let aspect: ClosedRange<Float>
  /// Height and width of what it gives; the image's own when nil.
  public let size: (height: Int, width: Int)?

  /// A crop of random area and aspect.
  ///
  /// - Parameters:
  ///   - scale: fractions of the image's area, above 0 and at most 1.
  ///   - aspect: width over height, 1e-6 … 1e6.
  ///   - size: height and width of what it gives; the image's own when nil.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    scale: ClosedRange<Float> = 0.2...1, aspect: ClosedRange<Float> = (3 / 4)...(4 / 3),
    size: (height: Int, width: Int)? = nil
  ) throws(ContrastiveError) {
    try requireParameter(
      scale.lowerBound > 0 && scale.upperBound <= 1, "scale", scale, "above 0, at most 1")
    try requireParameter(
      aspect.lowerBound >= 1e-6 && aspect.upperBound <= 1e6, "aspect", aspect, "1e-6 … 1e6")
    if let size { _ = try ImageShape(height: size.height, width: size.width, channels: 1) }
    self.scale = scale
    self.aspect = aspect
    self.size = size
  }

  /// The chosen size, or the image's own.
  public func outputShape(for shape: ImageShape) -> ImageShape {
    ImageShape(unchecked: size?.height ?? shape.height, size?.width ?? shape.width, shape.channels)
  }

  /// Draws the rectangle.
  public func draw(
    for shape: ImageShape, using random: inout CounterRandom
  ) -> Rectangle {
    guard let extent = extent(in: shape, using: &random) else { return center(of: shape) }
    let top = random.index(below: shape.height - extent.height + 1)
    let left = random.index(below: shape.width - extent.width + 1)
    return Rectangle(top: top, left: left, height: extent.height, width: extent.width)
  }

  /// Draws rows and columns that fit into the image; nil when ten draws did not.
  func extent(
    in shape: ImageShape, using random: inout CounterRandom
  ) -> (height: Int, width: Int)? {
    let (low, high) = (log(Double(aspect.lowerBound)), log(Double(aspect.upperBound)))
    for _ in 0..<10 {
      let fraction = Double(random.uniform(scale.lowerBound, scale.upperBound))
      let area = Double(shape.positions) * fraction
      let ratio = exp(low + (high - low) * Double(random.uniform()))
      let width = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
      let height = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
      if 1...shape.width ~= width, 1...shape.height ~= height { return (height, width) }
    }
    return nil
  }

  /// The largest centered rectangle within the aspects.
  func center(of shape: ImageShape) -> Rectangle {
    let ratio = Double(shape.width) / Double(shape.height)
    var (height, width) = (shape.height, shape.width)
    if ratio < Double(aspect.lowerBound) {
      height = Int(
        (Double(width) / Double(aspect.lowerBound)).rounded(.toNearestOrEven))
    } else if ratio > Double(aspect.upperBound) {
      width = Int((Double(height) * Double(aspect.upperBound)).rounded(.toNearestOrEven))
    }
    height = min(max(height, 1), shape.height)
    width = min(max(width, 1), shape.width)
    return Rectangle(
      top: (shape.height - height) / 2, left: (shape.width - width) / 2, height: height,
      width: width)
  }

  /// Cuts the rectangle, which must lie inside the image, out and brings it to the output's size.
  public func apply(_ drawn: Rectangle, to image: inout Canvas) {
    let shape = image.shape
    precondition(drawn.top >= 0 && drawn.left >= 0 && drawn.height > 0 && drawn.width > 0)
    precondition(drawn.top + drawn.height <= shape.height, "rows outside the image")
    precondition(drawn.left + drawn.width <= shape.width, "columns outside the image")
    let target = outputShape(for: shape)
    image.replace(by: target) { old, new in
      bilinear(old, shape, drawn, into: new, target)
    }
  }
}
