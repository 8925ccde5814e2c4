import ContrastiveCore

/// Luma, the perceived brightness of a color: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), as in
/// torchvision.
enum Luma {
  static let red: Float = 0.299
  static let green: Float = 0.587
  static let blue: Float = 0.114

  /// Of one pixel of three channels.
  @inline(__always)
  static func of(_ pixel: UnsafePointer<Float>) -> Float {
    red * pixel[0] + green * pixel[1] + blue * pixel[2]
  }

  /// The mean over an image; of all numbers when there are not three channels.
  static func mean(_ values: UnsafePointer<Float>, _ shape: ImageShape) -> Float {
    guard shape.channels == 3 else {
      return Float(sum(values, shape.count)) / Float(shape.count)
    }
    var total = 0.0
    for pixel in 0..<shape.positions { total += Double(of(values + 3 * pixel)) }
    return Float(total / Double(shape.positions))
  }

  /// Eight sums side by side, because one sum waits for itself at every addition.
  private static func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var lanes = SIMD8<Float>.zero
    let whole = count / 8
    let raw = UnsafeRawPointer(values)
    for block in 0..<whole {
      lanes += raw.loadUnaligned(fromByteOffset: 32 * block, as: SIMD8<Float>.self)
    }
    var total = lanes.sum()
    for index in (8 * whole)..<count { total += values[index] }
    return total
  }
}
