/// A batch of images in NHWC order.
public struct Volume: Sendable {
  /// Number of images.
  public var count: Int
  /// Rows of pixels.
  public var height: Int
  /// Pixels in a row.
  public var width: Int
  /// Numbers in a pixel.
  public var channels: Int
  /// All numbers.
  public var values: [Double]

  /// Takes all numbers.
  public init(count: Int, height: Int, width: Int, channels: Int, values: [Double]) {
    precondition(values.count == count * height * width * channels)
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.values = values
  }

  /// Zeros.
  public init(zeros count: Int, height: Int, width: Int, channels: Int) {
    self.init(
      count: count, height: height, width: width, channels: channels,
      values: [Double](repeating: 0, count: count * height * width * channels))
  }

  /// The number of an image at a row, a column and a channel.
  public subscript(n: Int, y: Int, x: Int, c: Int) -> Double {
    get { values[((n * height + y) * width + x) * channels + c] }
    set { values[((n * height + y) * width + x) * channels + c] = newValue }
  }
}
