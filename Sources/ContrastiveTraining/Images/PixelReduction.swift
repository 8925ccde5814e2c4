/// What stands for the pixels of a large image where raw pixels are compared: means over the fields
/// of an even grid.
///
/// All pixels of 100,000 photographs would be gigabytes, and comparing them minutes. Images of up
/// to 3,072 numbers (32 × 32 × 3) are not reduced. The grid has 16 × 16 fields, or half as many a
/// side until those of all images take at most 96 MiB.
package struct PixelReduction: Sendable {
  private let shape: ImageShape
  private let rows: Int
  private let columns: Int

  /// nil where images are small enough as they are.
  ///
  /// - Parameters:
  ///   - shape: of each image.
  ///   - count: of training images.
  package init?(_ shape: ImageShape, count: Int) {
    guard shape.count > 3_072 else { return nil }
    var side = 16
    while side > 4, count * side * side * shape.channels * 4 > 96 << 20 { side /= 2 }
    self.shape = shape
    (rows, columns) = (min(side, shape.height), min(side, shape.width))
  }

  /// Numbers of a reduced image.
  package var count: Int { rows * columns * shape.channels }

  /// The means of each field, in the order row, column, channel.
  package func means(of pixels: ArraySlice<UInt8>) -> [Float] {
    let channels = shape.channels
    var means: [Float] = []
    means.reserveCapacity(count)
    for row in 0..<rows {
      let (top, bottom) = (row * shape.height / rows, (row + 1) * shape.height / rows)
      for column in 0..<columns {
        let (left, right) = (
          column * shape.width / columns, (column + 1) * shape.width / columns
        )
        for channel in 0..<channels {
          var sum = 0
          for y in top..<bottom {
            let line = pixels.startIndex + y * shape.width * channels + channel
            for x in left..<right { sum += Int(pixels[line + x * channels]) }
          }
          means.append(Float(sum) / Float((bottom - top) * (right - left)))
        }
      }
    }
    return means
  }
}
