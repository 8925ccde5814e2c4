import ContrastiveCore
import Testing
import _Reference

import ContrastiveTraining

/// A network and its twin in Double, and the loss Σ output · weight that both are derived for.
struct NetworkCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let shape: ImageShape
  let images: Int
  let layers: [ReferenceLayer]
  /// Whether 3 × 3 convolutions in steps of 1 are `WinogradConvolution`s.
  let isWinograd: Bool

  init(
    _ name: String, _ height: Int, _ width: Int, _ channels: Int, images: Int,
    winograd: Bool = false, _ layers: [ReferenceLayer]
  ) {
    testDescription = name
    shape = ImageShape(unchecked: height, width, channels)
    self.images = images
    self.layers = layers
    isWinograd = winograd
  }

  private func make(_ layer: ReferenceLayer, _ shape: ImageShape) throws -> any Layer {
    switch layer {
    case .convolution(let outputs, let kernel, let stride, let padding, let bias):
      isWinograd && kernel == 3 && stride == 1
        ? try WinogradConvolution(shape, outputs: outputs)
        : try Convolution(
          shape, outputs: outputs, kernel: kernel, stride: stride, padding: padding, bias: bias)
    case .batchNormalization(let rectified, let affine):
      try BatchNormalization(shape, rectified: rectified, affine: affine)
    case .rectifier: Rectifier(shape)
    case .meanPool: MeanPool(shape)
    case .maxPool(let window, let stride, let padding):
      try MaxPool(shape, window: window, stride: stride, padding: padding)
    case .residual(let main, let shortcut):
      try ResidualBlock(chain(main, shape), shortcut: chain(shortcut, shape))
    case .linear(let outputs, let bias): try Linear(shape, outputs: outputs, bias: bias)
    }
  }

  private func chain(
    _ layers: [ReferenceLayer], _ shape: ImageShape
  ) throws -> [Network.NamedLayer] {
    var shape = shape
    return try layers.enumerated().map { index, layer in
      let value = try make(layer, shape)
      shape = value.outputShape
      return Network.NamedLayer("part\(index)", value)
    }
  }

  func network() throws -> Network {
    var named: [Network.NamedLayer] = []
    var shape = shape
    for (index, layer) in layers.enumerated() {
      let value = try make(layer, shape)
      named.append(Network.NamedLayer("layer\(index)", value))
      shape = value.outputShape
    }
    var network = try Network(named, seed: 11)
    // Scales and shifts of a normalization start at 1 and 0, where many mistakes do not show.
    var random = CounterRandom(seed: 3)
    for slot in network.parameters.layout.slots where slot.shape.count == 1 {
      for index in slot.range { network.parameters.values[index] += random.uniform(-0.3, 0.3) }
    }
    return network
  }

  /// Numbers of −1 … 1 that the Double twin holds exactly.
  static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var random = CounterRandom(seed: seed)
    return (0..<count).map { _ in random.uniform(-1, 1) }
  }

  func input(seed: UInt64 = 5) throws -> Activations {
    try Activations(
      count: images, shape: shape, values: Self.numbers(images * shape.count, seed: seed))
  }

  func reference(_ input: [Double], _ parameters: [Double]) -> [Double] {
    layers.forward(
      Volume(
        count: images, height: shape.height, width: shape.width, channels: shape.channels,
        values: input), parameters: parameters
    ).values
  }

  /// Central differences of the Double loss at every element of `point`.
  static func differences(
    at point: [Double], _ loss: ([Double]) -> Double, step: Double = 1e-5
  ) -> [Double] {
    point.indices.map { index in
      var moved = point
      moved[index] = point[index] + step
      let above = loss(moved)
      moved[index] = point[index] - step
      return (above - loss(moved)) / (2 * step)
    }
  }

  static let all: [NetworkCase] =
    [
      .init(
        "convolution, stride 2, odd size", 5, 7, 1, images: 3,
        [.convolution(outputs: 4, kernel: 3, stride: 2, padding: 1, bias: false)]),
      .init(
        "convolution, stride 1, bias", 4, 5, 3, images: 2,
        [.convolution(outputs: 5, kernel: 3, stride: 1, padding: 1, bias: true)]),
      .init(
        "convolution, no padding, 5 channels", 6, 5, 5, images: 2,
        [.convolution(outputs: 3, kernel: 3, stride: 2, padding: 0, bias: true)]),
      .init(
        "convolution, kernel 5, one row", 1, 6, 2, images: 2,
        [.convolution(outputs: 3, kernel: 5, stride: 2, padding: 2, bias: false)]),
      .init(
        "convolution, kernel 1, many images", 1, 2, 3, images: 37,
        [.convolution(outputs: 2, kernel: 1, stride: 1, padding: 0, bias: true)]),
      .init(
        "batch normalization", 3, 2, 5, images: 3, [.batchNormalization(rectified: false)]),
      .init(
        "batch normalization and rectifier", 3, 3, 7, images: 4,
        [.batchNormalization(rectified: true)]),
      .init(
        "batch normalization of vectors", 1, 1, 9, images: 6,
        [.batchNormalization(rectified: true)]),
      .init(
        "batch normalization that learns nothing", 1, 1, 5, images: 6,
        [.batchNormalization(rectified: false, affine: false)]),
      .init(
        "linear without bias", 1, 1, 3, images: 6,
        [.linear(outputs: 4, bias: false), .batchNormalization(rectified: true)]),
      .init("rectifier", 2, 3, 3, images: 2, [.rectifier]),
      .init("mean pool", 3, 5, 6, images: 3, [.meanPool]),
      .init("linear", 2, 2, 3, images: 5, [.linear(outputs: 4)]),
      .init("linear, two pieces", 1, 1, 3, images: 70, [.linear(outputs: 2)]),
      .init(
        "encoder", 9, 7, 3, images: 5,
        [
          .convolution(outputs: 4, kernel: 3, stride: 2, padding: 1, bias: false),
          .batchNormalization(rectified: true),
          .convolution(outputs: 5, kernel: 3, stride: 2, padding: 1, bias: false),
          .batchNormalization(rectified: true),
          .meanPool, .linear(outputs: 6), .rectifier, .linear(outputs: 3),
        ]),
    ] + residual

  private static func three(_ outputs: Int, stride: Int = 1) -> ReferenceLayer {
    .convolution(outputs: outputs, kernel: 3, stride: stride, padding: 1, bias: false)
  }

  private static func one(_ outputs: Int, stride: Int = 1) -> ReferenceLayer {
    .convolution(outputs: outputs, kernel: 1, stride: stride, padding: 0, bias: false)
  }

  /// The layers of residual networks.
  private static let residual: [NetworkCase] = [
    .init(
      "convolution, kernel 7, stride 2", 9, 8, 2, images: 2,
      [.convolution(outputs: 3, kernel: 7, stride: 2, padding: 3, bias: false)]),
    .init("convolution, kernel 1, stride 2", 5, 4, 3, images: 3, [one(4, stride: 2)]),
    .init("convolution, kernel 1", 3, 4, 5, images: 3, [one(2)]),
    .init("fast convolution", 4, 6, 3, images: 2, winograd: true, [three(5)]),
    .init("fast convolution, odd size", 5, 3, 9, images: 3, winograd: true, [three(8)]),
    .init("fast convolution, one pixel", 1, 1, 2, images: 3, winograd: true, [three(3)]),
    .init("fast convolution, one row", 1, 5, 2, images: 2, winograd: true, [three(3)]),
    .init("fast convolution, two blocks", 2, 2, 2, images: 300, winograd: true, [three(2)]),
    .init("fast convolution, two chunks", 33, 35, 1, images: 2, winograd: true, [three(1)]),
    .init("max pool", 6, 7, 3, images: 2, [.maxPool(window: 3, stride: 2, padding: 1)]),
    .init(
      "max pool of one pixel", 1, 1, 3, images: 2, [.maxPool(window: 3, stride: 2, padding: 1)]),
    .init("max pool, no padding", 5, 4, 2, images: 2, [.maxPool(window: 2, stride: 1, padding: 0)]),
    .init(
      "basic block", 4, 3, 3, images: 3, winograd: true,
      [
        .residual(
          [
            three(3), .batchNormalization(rectified: true), three(3),
            .batchNormalization(rectified: false),
          ], shortcut: [])
      ]),
    .init(
      "basic block in steps of 2", 5, 4, 3, images: 3, winograd: true,
      [
        .residual(
          [
            three(4, stride: 2), .batchNormalization(rectified: true), three(4),
            .batchNormalization(rectified: false),
          ], shortcut: [one(4, stride: 2), .batchNormalization(rectified: false)])
      ]),
    .init(
      "bottleneck", 5, 4, 3, images: 3, winograd: true,
      [
        .residual(
          [
            one(2), .batchNormalization(rectified: true), three(2, stride: 2),
            .batchNormalization(rectified: true), one(5), .batchNormalization(rectified: false),
          ], shortcut: [one(5, stride: 2), .batchNormalization(rectified: false)])
      ]),
    .init(
      "residual network", 9, 8, 3, images: 3, winograd: true,
      [
        .convolution(outputs: 4, kernel: 7, stride: 2, padding: 3, bias: false),
        .batchNormalization(rectified: true), .maxPool(window: 3, stride: 2, padding: 1),
        .residual(
          [
            three(4), .batchNormalization(rectified: true), three(4),
            .batchNormalization(rectified: false),
          ], shortcut: []),
        .residual(
          [
            three(5, stride: 2), .batchNormalization(rectified: true), three(5),
            .batchNormalization(rectified: false),
          ], shortcut: [one(5, stride: 2), .batchNormalization(rectified: false)]),
        .meanPool, .linear(outputs: 3),
      ]),
  ]
}
