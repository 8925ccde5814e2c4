import ContrastiveCore

/// The backbones of encoders.
public enum EncoderArchitecture: String, Codable, CaseIterable, Sendable {
  /// Convolutions, each with batch normalization and a rectifier, of given widths.
  case small
  /// 8 blocks of two 3 × 3 convolutions; features of 512 dimensions, 11 million parameters.
  case resnet18
  /// 16 blocks of two 3 × 3 convolutions; features of 512 dimensions, 21 million parameters.
  case resnet34
  /// 16 bottlenecks of 1 × 1, 3 × 3 and 1 × 1; features of 2,048 dimensions, 24 million parameters.
  case resnet50
}

/// The first layers of a residual network.
public enum EncoderStem: String, Codable, CaseIterable, Sendable {
  /// 3 × 3 without pooling, as SimCLR and MoCo have it for CIFAR.
  case small
  /// 7 × 7 in steps of 2, then the largest of 3 × 3 in steps of 2, as in the paper and torchvision.
  case large

  /// The usual one for images of a shape: small up to 64 pixels of the shorter side.
  public static func usual(for shape: ImageShape) -> EncoderStem {
    min(shape.height, shape.width) <= 64 ? .small : .large
  }
}

/// The scale that the last normalization of each residual block starts with.
public enum LastNormalization: String, Codable, CaseIterable, Sendable {
  /// 1, like every other.
  case one
  /// 0: every block starts as the identity (Goyal et al., "Accurate, large minibatch SGD", 2017).
  case zero
}

/// The architecture of a convolutional encoder.
public struct EncoderOptions: Codable, Sendable, Equatable {
  /// The backbone.
  public var architecture: EncoderArchitecture
  /// The first layers of a residual network; the usual one for the images when nil.
  public var stem: EncoderStem?
  /// How the last normalization of each residual block starts.
  public var lastNormalization: LastNormalization
  /// Output channels of the small encoder's convolutions, first to last; the last is the features'
  /// dimension.
  public var widths: [Int]
  /// Height and width of every kernel of the small encoder; odd, so that padding keeps the image
  /// centered.
  public var kernel: Int
  /// Step of every convolution of the small encoder.
  public var stride: Int
  /// The projection head: what follows the features and is thrown away after training.
  public var head: Head

  /// By default 3 × 3 convolutions of 32, 64 and 128 channels in steps of 2, and a perceptron to 64
  /// dimensions.
  public init(
    _ architecture: EncoderArchitecture = .small, stem: EncoderStem? = nil,
    lastNormalization: LastNormalization = .one, widths: [Int] = [32, 64, 128], kernel: Int = 3,
    stride: Int = 2, head: Head = .perceptron(hidden: 128, outputs: 64)
  ) {
    self.architecture = architecture
    self.stem = stem
    self.lastNormalization = lastNormalization
    self.widths = widths
    self.kernel = kernel
    self.stride = stride
    self.head = head
  }

  /// The layers of the backbone, named after `backbone.`, for images of a shape.
  func backbone(for shape: ImageShape) throws(ContrastiveError) -> [Network.NamedLayer] {
    guard architecture == .small else {
      return try ResNet(
        architecture: architecture, stem: stem ?? .usual(for: shape), lastNorm: lastNormalization
      ).layers("backbone.", taking: shape)
    }
    try requireParameter(!widths.isEmpty, "widths", "none", "at least one")
    try requireParameter(kernel % 2 == 1, "kernel", kernel, "an odd number")
    var layers: [Network.NamedLayer] = []
    var current = shape
    func append(_ name: String, _ layer: any Layer) {
      layers.append(Network.NamedLayer("backbone.\(name)", layer))
      current = layer.outputShape
    }
    for (index, width) in widths.enumerated() {
      append(
        "convolution\(index + 1)",
        try Convolution(
          current, outputs: width, kernel: kernel, stride: stride, padding: kernel / 2))
      append("normalization\(index + 1)", try BatchNormalization(current, rectified: true))
    }
    append("pool", MeanPool(current))
    return layers
  }
}
