import ContrastiveCore

/// A random resized crop whose center lies in a box given for each image, more often near its
/// border than in its middle.
///
/// The size h × w is drawn as `RandomResizedCrop` draws it. With the box (top, left, bottom, right)
/// in shares of an image of H × W,
/// ```
/// low  = clip(⌊H · top⌋ − ⌊h/2⌋, 0, H − h),   high = clip(⌊H · bottom⌋ − ⌊h/2⌋, 0, H − h)
/// row  = low + ⌊(high − low) · b⌋,            b ~ Beta(α, α)
/// ```
/// and columns likewise with a draw of their own. α below 1 keeps the two views' centers apart, 1
/// is uniform. Without boxes it is the random resized crop itself, as before the warm-up's end.
/// Peng et al., "Crafting Better Contrastive Views for Siamese Representation Learning", CVPR 2022,
/// eqs. 3–5.
public struct ContrastiveCrop: Augmentation {
  /// Part of an image, in fractions of its height and width.
  public struct Box: Sendable, Equatable {
    /// First row.
    public var top: Float
    /// First column.
    public var left: Float
    /// Last row.
    public var bottom: Float
    /// Last column.
    public var right: Float

    /// A box; fractions are 0 … 1.
    public init(top: Float, left: Float, bottom: Float, right: Float) {
      self.top = top
      self.left = left
      self.bottom = bottom
      self.right = right
    }

    /// The whole image.
    public static let whole = Box(top: 0, left: 0, bottom: 1, right: 1)
  }

  /// How the size of a crop is drawn, and the size it is brought to.
  public let crop: RandomResizedCrop
  /// α of the center's distribution.
  public let alpha: Float
  /// One box for each image of the data set, or none.
  public var boxes: [Box]

  /// A crop guided by boxes.
  ///
  /// - Parameters:
  ///   - crop: how the size of a crop is drawn, and the size it is brought to.
  ///   - alpha: α, above 0 and at most 100; 0.6 is the paper's for ImageNet, 0.1 for small images.
  ///   - boxes: one for each image of the data set, or none.
  /// - Throws: `ContrastiveError.parameter` when `alpha` is out of range.
  public init(
    _ crop: RandomResizedCrop, alpha: Float = 0.1, boxes: [Box] = []
  ) throws(ContrastiveError) {
    try requireParameter(alpha > 0 && alpha <= 100, "alpha", alpha, "above 0, at most 100")
    self.crop = crop
    self.alpha = alpha
    self.boxes = boxes
  }

  /// The crop's size, or the image's own.
  public func outputShape(for shape: ImageShape) -> ImageShape { crop.outputShape(for: shape) }

  /// A rectangle with its center anywhere.
  public func draw(
    for shape: ImageShape, using random: inout CounterRandom
  ) -> RandomResizedCrop.Rectangle {
    crop.draw(for: shape, using: &random)
  }

  /// A rectangle with its center in the image's box.
  public func draw(
    for shape: ImageShape, image: Int, using random: inout CounterRandom
  ) -> RandomResizedCrop.Rectangle {
    guard boxes.indices.contains(image) else { return crop.draw(for: shape, using: &random) }
    guard let (height, width) = crop.extent(in: shape, using: &random) else {
      return crop.center(of: shape)
    }
    let box = boxes[image]
    let down = random.symmetricBeta(alpha)
    let across = random.symmetricBeta(alpha)
    return RandomResizedCrop.Rectangle(
      top: Self.place(down, from: box.top, to: box.bottom, size: height, of: shape.height),
      left: Self.place(across, from: box.left, to: box.right, size: width, of: shape.width),
      height: height, width: width)
  }

  /// Cuts the rectangle out and brings it to the output's size.
  public func apply(_ drawn: RandomResizedCrop.Rectangle, to image: inout Canvas) {
    crop.apply(drawn, to: &image)
  }

  /// The first row or column of a crop whose center lies a share of the way from one edge of a box
  /// to the other.
  package static func place(
    _ share: Float, from low: Float, to high: Float, size: Int, of extent: Int
  )
    -> Int
  {
    func first(_ edge: Float) -> Int {
      min(max(Int((Float(extent) * edge).rounded(.down)) - size / 2, 0), extent - size)
    }
    let (start, end) = (first(low), first(high))
    return start + Int((Float(end - start) * share).rounded(.down))
  }
}
