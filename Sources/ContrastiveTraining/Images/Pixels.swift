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
    guard bytes.count % shape.count == 0 else {
      throw .shape(
        argument: "bytes", found: "[\(bytes.count)]", expected: "a multiple of \(shape)")
    }
    self.bytes = bytes
    self.shape = shape
    count = bytes.count / shape.count
  }

  /// The images of some indices, scaled, without augmentation.
  ///
  /// - Parameters:
  ///   - indices: images, each in 0 ..< count; the result has their order.
  ///   - scaling: one mean and deviation per channel.
  ///   - workers: who shares the work.
  /// - Returns: the scaled images.
  /// - Throws: `ContrastiveError.index` or `.shape` when an index or the channels do not fit.
  public func activations(
    _ indices: some RandomAccessCollection<Int>, scaling: PixelScaling, workers: Workers = .all
  ) throws(ContrastiveError) -> Activations {
    let order = try check(indices, scaling)
    let size = shape.count
    let scaling = PixelScaling.Row(scaling, width: shape.width)
    return bytes.withUnsafeBufferPointer { buffer in
      let bytes = SharedReadOnlyMemory(buffer)
      return Activations(count: order.count, shape: shape) { output in
        workers.forEach(Pieces(order.count, of: 16)) { range, _ in
          for position in range {
            let target = output + position * size
            PixelScaling.unit(bytes + order[position] * size, to: target, count: size)
            scaling.apply(unit: target, to: target, rows: shape.height)
          }
        }
      }
    }
  }

  /// The indices as an array, once they and the scaling are known to fit.
  func check(
    _ indices: some Collection<Int>, _ scaling: PixelScaling
  ) throws(ContrastiveError) -> [Int] {
    guard scaling.mean.count == shape.channels else {
      throw .shape(
        argument: "scaling", found: "[\(scaling.mean.count)]", expected: "[\(shape.channels)]")
    }
    for (position, index) in indices.enumerated() where !(0..<count ~= index) {
      throw .index(
        argument: "indices", position: position, found: "\(index)", expected: "0 ..< \(count)")
    }
    return Array(indices)
  }
}
