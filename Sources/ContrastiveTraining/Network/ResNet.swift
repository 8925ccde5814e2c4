import ContrastiveCore

/// Residual networks as torchvision builds them: He et al., "Deep residual learning for image
/// recognition", CVPR 2016, with the step of a bottleneck in its 3 × 3 convolution.
///
/// A stem; four stages of blocks with 64, 128, 256 and 512 channels, each stage but the first
/// halving height and width in its first block; the mean over positions. Layers and their arrays
/// are named as torchvision's (`conv1`, `layer1.0.bn2`, `layer2.0.downsample.0`). Convolutions of 3
/// × 3 in steps of 1 go by `WinogradConvolution`.
struct ResNet: Sendable {
  let architecture: EncoderArchitecture
  let stem: EncoderStem
  let lastNorm: LastNormalization

  /// Blocks of each stage.
  private var blocks: [Int] {
    switch architecture {
    case .small: []
    case .resnet18: [2, 2, 2, 2]
    case .resnet34, .resnet50: [3, 4, 6, 3]
    }
  }

  /// The layers, each name after `prefix`.
  func layers(
    _ prefix: String, taking shape: ImageShape
  ) throws(ContrastiveError) -> [Network.NamedLayer] {
    var stack = Stack(shape: shape, prefix: prefix)
    switch stem {
    case .small:
      stack.append("conv1", try Self.convolution(stack.shape, outputs: 64, kernel: 3))
      stack.append("bn1", try BatchNormalization(stack.shape, rectified: true))
    case .large:
      stack.append(
        "conv1", try Self.convolution(stack.shape, outputs: 64, kernel: 7, stride: 2))
      stack.append("bn1", try BatchNormalization(stack.shape, rectified: true))
      stack.append("maxpool", try MaxPool(stack.shape))
    }
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        stack.append(
          "layer\(stage + 1).\(index)",
          try block(
            stack.shape, width: 64 << stage, stride: stage > 0 && index == 0 ? 2 : 1))
      }
    }
    stack.append("pool", MeanPool(stack.shape))
    return stack.layers
  }

  /// Layers that follow each other.
  private struct Stack {
    var shape: ImageShape
    var prefix = ""
    var layers: [Network.NamedLayer] = []

    mutating func append(_ name: String, _ layer: any Layer) {
      layers.append(Network.NamedLayer(prefix + name, layer))
      shape = layer.outputShape
    }
  }

  private func block(
    _ shape: ImageShape, width: Int, stride: Int
  ) throws(ContrastiveError) -> ResidualBlock {
    var main = Stack(shape: shape)
    func add(
      _ number: Int, _ outputs: Int, kernel: Int, stride: Int = 1, last: Bool = false
    ) throws(ContrastiveError) {
      main.append(
        "conv\(number)",
        try Self.convolution(main.shape, outputs: outputs, kernel: kernel, stride: stride))
      main.append(
        "bn\(number)",
        try BatchNormalization(
          main.shape, rectified: !last, initialScale: last && lastNorm == .zero ? 0 : 1))
    }
    if architecture == .resnet50 {
      try add(1, width, kernel: 1)
      try add(2, width, kernel: 3, stride: stride)
      try add(3, 4 * width, kernel: 1, last: true)
    } else {
      try add(1, width, kernel: 3, stride: stride)
      try add(2, width, kernel: 3, last: true)
    }
    guard main.shape != shape else { return try ResidualBlock(main.layers) }
    var side = Stack(shape: shape)
    side.append(
      "downsample.0",
      try Self.convolution(shape, outputs: main.shape.channels, kernel: 1, stride: stride))
    side.append("downsample.1", try BatchNormalization(side.shape))
    return try ResidualBlock(main.layers, shortcut: side.layers)
  }

  /// A convolution that keeps the image centered, its weight He normal over the outputs as
  /// torchvision's.
  private static func convolution(
    _ shape: ImageShape, outputs: Int, kernel: Int, stride: Int = 1
  ) throws(ContrastiveError) -> any Layer {
    let initial = Initialization.he(inputs: kernel * kernel * outputs)
    if kernel == 3, stride == 1, shape.channels >= 16 {
      return try WinogradConvolution(shape, outputs: outputs, initial: initial)
    }
    return try Convolution(
      shape, outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
      initial: initial
    ).summingInBoundedMemory()
  }
}
