import ContrastiveCore

/// Images of one size as bytes, in the order image, row, column, channel (NHWC).
///
/// Shares the array it is given.
public struct Pixels: Sendable, Equatable {
  /// Number of images.
  public let count: Int
  /// Shape of each of them.
  public let shape: ImageShape
  package let bytes: [UInt8]

  /// Takes the bytes of images.
  ///
  /// - Parameters:
  ///   - bytes: a whole number of images of `shape`.
  ///   - shape: shape of each.
  /// - Throws: `ContrastiveError.shape` when the bytes end inside an image.
  public init(_ bytes: [UInt8], shape: ImageShape) throws(ContrastiveError) {
    try requireShape(
      bytes.count % shape.count == 0, "bytes", "[\(bytes.count)]", "a multiple of \(shape)")
    self.bytes = bytes
    self.shape = shape
    count = bytes.count / shape.count
  }

  /// Rounds numbers on the scale 0 … 1 to bytes.
  ///
  /// - Parameters:
  ///   - images: one image per row, in the order row, column, channel.
  ///   - shape: shape of each.
  /// - Throws: `ContrastiveError.shape` when the columns are not the numbers of an image,
  ///   `.nonFinite` for a NaN or an infinity, `.parameter` for a number outside 0 … 1.
  public init(_ images: Matrix, shape: ImageShape) throws(ContrastiveError) {
    try requireShape(
      images.columns == shape.count, "images", "[\(images.rows) × \(images.columns)]",
      "[any × \(shape.count)], the numbers of an image of \(shape)")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(images.rows * shape.count)
    for row in 0..<images.rows {
      for column in 0..<images.columns {
        let value = images[row, column]
        guard value.isFinite else {
          throw .nonFinite(argument: "images", row: row, column: column, found: "\(value)")
        }
        guard 0...1 ~= value else {
          throw .parameter(
            name: "images", found: "\(value) in row \(row), column \(column)",
            expected: "0 … 1; divide bytes by 255")
        }
        bytes.append(UInt8((value * 255).rounded()))
      }
    }
    try self.init(bytes, shape: shape)
  }

  /// The images as Float32, scaled.
  func scaled(by scaling: PixelScaling, workers: Workers) throws(ContrastiveError) -> Activations {
    try requireChannels(of: scaling)
    let size = shape.count
    let scaling = PixelScaling.Row(scaling, width: shape.width)
    return bytes.withUnsafeBufferPointer { buffer in
      let bytes = SharedReadOnlyMemory(buffer)
      return Activations(count: count, shape: shape) { output in
        workers.forEach(Pieces(count, of: 16)) { range, _ in
          for image in range {
            let target = output + image * size
            PixelScaling.unit(bytes + image * size, to: target, count: size)
            scaling.apply(unit: target, to: target, rows: shape.height)
          }
        }
      }
    }
  }

  func requireChannels(of scaling: PixelScaling) throws(ContrastiveError) {
    try requireShape(
      scaling.mean.count == shape.channels, "scaling", "[\(scaling.mean.count)]",
      "[\(shape.channels)]")
  }
}

extension Pixels: ImageSource {
  /// Copies of some images.
  ///
  /// - Parameters:
  ///   - indices: in 0 ..< count, in any order.
  ///   - workers: not used.
  /// - Returns: one image per index.
  /// - Throws: `ContrastiveError.index` for an index outside 0 ..< count.
  public func pixels(
    at indices: [Int], workers: Workers = .one
  ) throws(ContrastiveError) -> Pixels {
    let size = shape.count
    var copies: [UInt8] = []
    copies.reserveCapacity(indices.count * size)
    for (position, index) in indices.enumerated() {
      guard 0..<count ~= index else {
        throw .index(
          argument: "indices", position: position, found: "\(index)", expected: "0 ..< \(count)")
      }
      copies += bytes[(index * size)..<((index + 1) * size)]
    }
    return try Pixels(copies, shape: shape)
  }
}
