import ContrastiveCore

/// The architecture of a convolutional encoder.
public struct EncoderOptions: Codable, Sendable, Equatable {
  /// Output channels of the convolutions, first to last; the last is the features' dimension.
  public var widths: [Int]
  /// Height and width of every kernel; odd, so that padding keeps the image centered.
  public var kernel: Int
  /// Step of every convolution.
  public var stride: Int
  /// The projection head: what follows the features and is thrown away after training.
  public var head: Head

  /// By default 3 × 3 convolutions of 32, 64 and 128 channels in steps of 2, and a perceptron to 64
  /// dimensions.
  public init(
    widths: [Int] = [32, 64, 128], kernel: Int = 3, stride: Int = 2,
    head: Head = .perceptron(hidden: 128, outputs: 64)
  ) {
    self.widths = widths
    self.kernel = kernel
    self.stride = stride
    self.head = head
  }
}
