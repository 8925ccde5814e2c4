import ContrastiveCore
import Testing
import _Reference

import ContrastiveTraining

/// A tiny encoder and a batch of views, and the same in Double.
struct StepCase {
  let online: ImageEncoder
  let views: [Activations]
  let options: TrainingOptions

  /// 6 images of 5 × 4 × 2; views of the given sizes.
  init(_ method: MethodName, sizes: [(height: Int, width: Int)]) throws {
    var options = TrainingOptions(method)
    options.widths = [3]
    options.hiddenDimension = 4
    options.embeddingDimension = 3
    options.batchSize = 6
    self.options = options
    var encoder = try ImageEncoder(
      ImageShape(height: 5, width: 4, channels: 2),
      options: EncoderOptions(
        widths: options.widths,
        head: .perceptron(
          hidden: 4, outputs: 3 * options.method.embeddingSpaces,
          normalization: options.headNormalization)),
      seed: 5)
    encoder.network.parameters = Self.stirred(encoder.network.parameters)
    online = encoder
    views = try sizes.enumerated().map { index, size in
      let shape = try ImageShape(height: size.height, width: size.width, channels: 2)
      return try Activations(
        count: 6, shape: shape,
        values: NetworkCase.numbers(6 * shape.count, seed: UInt64(20 + index)))
    }
  }

  /// Scales and shifts start at 1 and 0, where many mistakes do not show.
  static func stirred(_ vector: ParameterVector) -> ParameterVector {
    var (vector, random) = (vector, CounterRandom(seed: 3))
    for slot in vector.layout.slots where slot.shape.count == 1 {
      for index in slot.range { vector.values[index] += random.uniform(-0.3, 0.3) }
    }
    return vector
  }

  var start: MethodStart {
    get throws {
      MethodStart(
        online: online, options: options, images: 6,
        scaling: try PixelScaling(mean: [0, 0], deviation: [1, 1]))
    }
  }

  var batch: TrainingBatch {
    TrainingBatch(
      indices: Array(0..<6), views: views, epoch: 0, step: 3, steps: 10, seed: 1)
  }

  /// The encoder's projections of views that pass it together, in Double.
  func projections(_ parameters: [Double], of views: [Int]) -> Rows {
    let batches = views.map { self.views[$0] }
    let shape = batches[0].shape
    let volume = Volume(
      count: batches.reduce(0) { $0 + $1.count }, height: shape.height, width: shape.width,
      channels: shape.channels, values: batches.flatMap(\.values).map(Double.init))
    let backbone: [ReferenceLayer] = [
      .convolution(outputs: 3, kernel: 3, stride: 2, padding: 1, bias: false),
      .batchNormalization(rectified: true), .meanPool,
    ]
    let head = Head.perceptron(
      hidden: 4, outputs: online.projectionDimension,
      normalization: options.headNormalization)
    return Self.rows((backbone + head.reference).forward(volume, parameters: parameters))
  }

  static func rows(_ volume: Volume) -> Rows {
    let width = volume.values.count / volume.count
    return (0..<volume.count).map { Array(volume.values[($0 * width)..<(($0 + 1) * width)]) }
  }

  static func unit(_ rows: Rows) -> Rows {
    rows.map { row in
      let length = dot(row, row).squareRoot()
      return row.map { $0 / length }
    }
  }

  /// A network of vectors in Double.
  static func apply(_ head: Head, _ parameters: [Double], to rows: Rows) -> Rows {
    Self.rows(
      head.reference.forward(
        Volume(
          count: rows.count, height: 1, width: 1, channels: rows[0].count,
          values: rows.flatMap { $0 }),
        parameters: parameters))
  }

  /// Compares a step's loss and gradients with a loss of (encoder's, own) parameters in Double.
  func check(
    _ method: any TrainingMethod, _ loss: ([Double], [Double]) -> Double
  ) throws -> Double {
    var (method, online) = (method, online)
    let theta = online.network.parameters.values.map(Double.init)
    let own = (method.parameters?.values ?? [Float]()).map { Double($0) }
    let result = try method.step(batch, online: &online, workers: .one)
    let value = loss(theta, own)
    #expect(abs(result.loss - value) < 1e-5 * max(1, abs(value)))
    var worst = 0.0
    for (found, expected) in [
      (result.encoder.values, NetworkCase.differences(at: theta) { loss($0, own) }),
      (result.own?.values ?? [Float](), NetworkCase.differences(at: own) { loss(theta, $0) }),
    ] {
      #expect(found.count == expected.count)
      let scale = max(expected.map(abs).max() ?? 0, 1e-3)
      let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
      worst = max(worst, error / scale)
    }
    return worst
  }
}

extension Head {
  /// The head in Double.
  var reference: [ReferenceLayer] {
    var layers: [ReferenceLayer] = []
    for dimension in hidden {
      layers.append(.linear(outputs: dimension, bias: normalization == .none))
      layers.append(normalization == .none ? .rectifier : .batchNormalization(rectified: true))
    }
    layers.append(.linear(outputs: outputs, bias: normalization != .all))
    if normalization == .all {
      layers.append(.batchNormalization(rectified: false, affine: false))
    }
    return layers
  }
}

extension StepCase {
  /// The same case with other parameters.
  init(_ other: StepCase, parameters: [Float]) {
    var encoder = other.online
    encoder.network.parameters.values = parameters
    self.init(online: encoder, views: other.views, options: other.options)
  }

  private init(online: ImageEncoder, views: [Activations], options: TrainingOptions) {
    self.online = online
    self.views = views
    self.options = options
  }
}
