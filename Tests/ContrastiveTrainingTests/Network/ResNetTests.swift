import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

import ContrastiveTraining

/// Residual networks against torchvision's numbers, which
/// `Benchmarks/peers/training/resnet_fixtures.py` computed in double precision.
@Suite struct ResNetTests {
  /// A network, its stem, and the size and number of its images.
  struct Example: CustomTestStringConvertible, Sendable {
    let architecture: EncoderArchitecture
    let stem: EncoderStem
    let size: Int
    let images: Int

    var testDescription: String { "\(architecture)-\(stem)" }
  }

  static let examples: [Example] = [
    Example(architecture: .resnet18, stem: .small, size: 9, images: 3),
    Example(architecture: .resnet18, stem: .large, size: 40, images: 3),
    Example(architecture: .resnet34, stem: .small, size: 16, images: 3),
    Example(architecture: .resnet50, stem: .large, size: 33, images: 4),
  ]

  /// The script's numbers: uniform in −1 … 1, SplitMix64 of seed and place.
  private static func numbers(_ seed: UInt64, _ count: Int) -> [Double] {
    (1...UInt64(count)).map { place in
      var z = place &* 0x9E37_79B9_7F4A_7C15 &+ seed
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      return Double(z >> 40) / Double(1 << 23) - 1
    }
  }

  private static func weights(_ name: String, _ shape: [Int], seed: UInt64) -> [Float] {
    let drawn = numbers(seed, shape.reduce(1, *))
    if shape.count == 4 {
      let bound = (6 / Double(shape[0] * shape[2] * shape[3])).squareRoot()
      return drawn.map { Float($0 * bound) }
    }
    return drawn.map { Float((name.hasSuffix("weight") ? 1 : 0) + 0.3 * $0) }
  }

  /// An encoder whose projections are its features, with the script's weights.
  private func encoder(_ example: Example) throws -> ImageEncoder {
    let shape = try ImageShape(height: example.size, width: example.size, channels: 3)
    let options = EncoderOptions(
      example.architecture, stem: example.stem,
      head: .linear(outputs: example.architecture == .resnet50 ? 2048 : 512))
    var encoder = try ImageEncoder(shape, options: options, seed: 1)
    let scaling = try PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1])
    var tensors = try exported(encoder, options, scaling)
    let names = tensors.keys.filter { $0.hasSuffix("weight") || $0.hasSuffix("bias") }.sorted()
    for (place, name) in names.enumerated() {
      let shape = tensors[name]?.shape ?? []
      tensors[name] = try Tensor(
        shape: shape,
        elements: .float32(Self.weights(name, shape, seed: UInt64(place + 1))))
    }
    try TemporaryFolder.use { folder in
      tensors["fc.weight"] = try Tensor(shape: [1, 1], elements: .float32([1]))
      try SafetensorsFile(tensors: tensors).write(to: folder.file("w"))
      try InitialEncoder(path: folder.file("w")).load(into: &encoder)
    }
    let dimension = encoder.featureDimension
    var head = encoder.tensors.filter { $0.name.hasPrefix("head.") }
    for index in head.indices {
      for position in head[index].values.indices {
        let isDiagonal = position % dimension == position / dimension
        head[index].values[position] = head[index].shape.count == 2 && isDiagonal ? 1 : 0
      }
    }
    try encoder.load(encoder.tensors.filter { !$0.name.hasPrefix("head.") } + head)
    return encoder
  }

  private func exported(
    _ encoder: ImageEncoder, _ options: EncoderOptions, _ scaling: PixelScaling
  ) throws -> [String: Tensor] {
    try TemporaryFolder.use { folder in
      try EncoderFile(encoder, options: options, scaling: scaling).export(to: folder.file("e"))
      return try SafetensorsFile(path: folder.file("e")).tensors
    }
  }

  private func images(_ example: Example) throws -> Activations {
    let shape = try ImageShape(height: example.size, width: example.size, channels: 3)
    let drawn = Self.numbers(1000, example.images * shape.count)
    var values = [Float](repeating: 0, count: drawn.count)
    for image in 0..<example.images {
      for channel in 0..<3 {
        for position in 0..<shape.positions {
          values[(image * shape.positions + position) * 3 + channel] =
            Float(drawn[(image * 3 + channel) * shape.positions + position])
        }
      }
    }
    return try Activations(count: example.images, shape: shape, values: values)
  }

  /// The largest difference, as a share of the largest number.
  private func error(_ found: some Sequence<Float>, _ expected: [Float]) -> Double {
    let scale = expected.map { abs(Double($0)) }.max() ?? 0
    return zip(found, expected).map { abs(Double($0) - Double($1)) }.max().map { $0 / scale } ?? 1
  }

  @Test(arguments: examples) func areTorchvisions(_ example: Example) throws {
    let path = try #require(
      Bundle.module.path(
        forResource: "Fixtures/\(example.testDescription)", ofType: "safetensors"))
    let fixture = try SafetensorsFile(path: path)
    func expected(_ name: String) throws -> [Float] {
      try fixture.tensor(name).float32s(argument: name)
    }
    var encoder = try encoder(example)
    let images = try images(example)
    let (output, tape) = try encoder.forward(images)
    let dimension = encoder.featureDimension
    let every = dimension / 512 * 4
    func sampled(_ matrix: Matrix) -> [Float] {
      stride(from: 0, to: matrix.rows * dimension, by: every).map { matrix.values[$0] }
    }
    let outputError = error(sampled(output), try expected("outputs"))
    #expect(outputError <= 1e-4, "\(outputError)")

    let weights = Self.numbers(2000, example.images * dimension).map(Float.init)
    let gradient = try encoder.backward(
      Matrix(rows: example.images, columns: dimension, values: weights), tape: tape)
    var slope = encoder
    slope.network.parameters = gradient
    let options = EncoderOptions(example.architecture, stem: example.stem)
    let scaling = try PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1])
    let tensors = try exported(slope, options, scaling)
    let names = tensors.keys.filter { $0.hasSuffix("weight") || $0.hasSuffix("bias") }.sorted()
    let (samples, norms) = (try expected("gradient_samples"), try expected("gradient_norms"))
    #expect(norms.count == names.count)
    var worst = (norm: 0.0, sample: 0.0)
    for (place, name) in names.enumerated() {
      let values = try #require(tensors[name]).float32s(argument: name)
      let norm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      worst.norm = max(worst.norm, abs(norm / Double(norms[place]) - 1))
      for sample in 0..<4 {
        let found = Double(values[sample * (values.count / 4)])
        let difference = abs(found - Double(samples[4 * place + sample]))
        worst.sample = max(worst.sample, difference / Double(norms[place]))
      }
    }
    // Worst seen: norm 3.8e-3, sample 7.9e-3. PyTorch's own Float32 gradients of the same networks
    // are off its Double ones by up to 8e-3 (norm), as units near zero that rounding turns on or
    // off would make them.
    #expect(worst.norm <= 1e-2 && worst.sample <= 2e-2, "\(worst)")

    for (buffer, name) in [("runningMean", "running_mean"), ("runningVariance", "running_var")] {
      let found = try #require(encoder.network.buffers["backbone.layer2.0.bn2.\(buffer)"])
      #expect(error(found.prefix(16), try expected(name)) <= 1e-5)
    }
    #expect(error(sampled(try encoder.features(of: images)), try expected("features")) <= 1e-4)
  }

  /// A step's bits do not depend on the threads, though every kernel is in it.
  @Test(arguments: [EncoderArchitecture.resnet18, .resnet50]) func threads(
    _ architecture: EncoderArchitecture
  ) throws {
    let shape = try ImageShape(height: 12, width: 9, channels: 3)
    let encoder = try ImageEncoder(
      shape, options: EncoderOptions(architecture, stem: .small, head: .linear(outputs: 5)), seed: 1
    )
    let input = try Activations(
      count: 21, shape: shape, values: NetworkCase.numbers(21 * shape.count, seed: 2))
    let weights = try Matrix(rows: 21, columns: 5, values: NetworkCase.numbers(105, seed: 3))
    func step(_ threads: Int) throws -> (Matrix, ParameterVector, ParameterVector) {
      let workers = try Workers(count: threads)
      var query = encoder
      let (output, tape) = try query.forward(input, workers: workers)
      let gradient = try query.backward(weights, tape: tape, workers: workers)
      return (output, gradient, query.network.buffers)
    }
    let one = try step(1)
    for threads in [2, 3, 7] {
      let many = try step(threads)
      #expect(many.0 == one.0)
      #expect(many.1 == one.1)
      #expect(many.2 == one.2)
    }
  }

  /// The fast convolution is the plain one, whichever instruction set computes it.
  @Test func instructionSetsAgree() throws {
    for kernels in WinogradKernels.available {
      let (height, width, channels) = (5, 3, 11)
      let image = NetworkCase.numbers(height * width * channels, seed: 1)
      var tiles = [Float](repeating: 0, count: 16 * 6 * channels)
      var best = tiles
      let zeros = [Float](repeating: 0, count: channels)
      var spare = zeros
      zeros.withUnsafeBufferPointer { zeros in
        spare.withUnsafeMutableBufferPointer { spare in
          guard let zeros = zeros.baseAddress, let spare = spare.baseAddress else { return }
          let images = WinogradKernels.Images(
            zeros: zeros, spare: spare, height: height, width: width, channels: channels)
          kernels.gather(image, of: images, tiles: 0..<6, into: &tiles, plane: 6 * channels)
          WinogradKernels.best.gather(
            image, of: images, tiles: 0..<6, into: &best, plane: 6 * channels)
        }
      }
      #expect(tiles == best, "\(kernels.name)")
    }
  }

  @Test func freezing() throws {
    let shape = try ImageShape(height: 6, width: 6, channels: 1)
    var encoder = try ImageEncoder(
      shape, options: EncoderOptions(widths: [3, 4], head: .linear(outputs: 2)), seed: 1)
    encoder.freezeBackbone()
    let before = encoder.tensors
    let images = try Activations(
      count: 8, shape: shape, values: NetworkCase.numbers(8 * shape.count, seed: 2))
    for makesOptimizer in [0, 1, 2] {
      let layout = encoder.network.parameters.layout
      var optimizer: any Optimizer =
        switch makesOptimizer {
        case 0: try SGD(layout, weightDecay: 0.1)
        case 1: try LARS(layout, weightDecay: 0.1)
        default: try AdamW(layout, weightDecay: 0.1)
        }
      for _ in 0..<2 {
        let (output, tape) = try encoder.forward(images)
        let gradient = try encoder.backward(output, tape: tape)
        try optimizer.step(
          &encoder.network.parameters, gradient: gradient, rate: 0.1, workers: .one)
      }
    }
    let after = encoder.tensors
    for (old, new) in zip(before, after) {
      #expect((old == new) == old.name.hasPrefix("backbone."), "\(old.name)")
    }
    #expect(try encoder.forward(images).projections.rows == 8)
  }

  @Test func defaults() throws {
    let small = try ImageShape(height: 64, width: 80, channels: 3)
    let large = try ImageShape(height: 65, width: 65, channels: 3)
    #expect(EncoderStem.usual(for: small) == .small && EncoderStem.usual(for: large) == .large)
    let zero = try ImageEncoder(
      small, options: EncoderOptions(.resnet18, lastNormalization: .zero), seed: 1)
    #expect(zero.network.parameters["backbone.layer1.0.bn2.scale"]?.allSatisfy { $0 == 0 } == true)
    #expect(zero.network.parameters["backbone.layer1.0.bn1.scale"]?.allSatisfy { $0 == 1 } == true)
    // He over the outputs: the deviation of 3 × 3 to 128 channels is √(2 / 1152) = 0.04167.
    let weights = try #require(zero.network.parameters["backbone.layer2.0.conv2.weight"])
    let squares = weights.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs((squares / Double(weights.count)).squareRoot() - 0.04167) < 0.0003)
  }
}
