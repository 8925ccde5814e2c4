import ContrastiveCore

/// An image that augmentations change: numbers of 0 … 1 in the order row, column, channel.
///
/// It owns a second image of memory, so that a change to another size allocates nothing.
public struct Canvas: Sendable {
  /// Shape of the image.
  public private(set) var shape: ImageShape
  private var front: [Float]
  private var back: [Float]

  /// An image of given numbers.
  ///
  /// - Parameters:
  ///   - shape: shape of the image.
  ///   - values: `shape.count` numbers of 0 … 1.
  /// - Throws: `ContrastiveError.shape` when the counts do not agree.
  public init(_ shape: ImageShape, values: [Float]) throws(ContrastiveError) {
    try requireShape(values.count == shape.count, "values", "[\(values.count)]", "\(shape)")
    self.shape = shape
    front = values
    back = values
  }

  init(black shape: ImageShape) {
    self.shape = shape
    front = [Float](repeating: 0, count: shape.count)
    back = front
  }

  /// The numbers of the image.
  public var values: [Float] { Array(front[..<shape.count]) }

  /// Calls `body` with the numbers, to be read.
  public func read<R>(_ body: (UnsafePointer<Float>) -> R) -> R? {
    front.withUnsafeBufferPointer { $0.baseAddress.map(body) }
  }

  /// Calls `body` with the numbers, to be changed in place.
  public mutating func change(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    front.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
  }

  /// Calls `body` with the image and with room for an image of `shape`, which takes its place;
  /// `body` must write every number of it.
  public mutating func replace(
    by shape: ImageShape,
    _ body: (_ old: UnsafePointer<Float>, _ new: UnsafeMutablePointer<Float>) -> Void
  ) {
    if back.count < shape.count { back = [Float](repeating: 0, count: shape.count) }
    front.withUnsafeBufferPointer { old in
      back.withUnsafeMutableBufferPointer { new in
        if let old = old.baseAddress, let new = new.baseAddress { body(old, new) }
      }
    }
    swap(&front, &back)
    self.shape = shape
  }

  /// Loads an image of bytes.
  mutating func load(_ bytes: UnsafePointer<UInt8>, shape: ImageShape) {
    replace(by: shape) { _, new in PixelScaling.unit(bytes, to: new, count: shape.count) }
  }
}
