import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// The encoder as a whole: form, modes, features, checkpoints, refusals.
@Suite struct ImageEncoderTests {
  private func encoder(seed: UInt64 = 1) throws -> ImageEncoder {
    try ImageEncoder(
      ImageShape(height: 7, width: 5, channels: 1),
      options: EncoderOptions(widths: [3, 4], head: .linear(outputs: 2)), seed: seed)
  }

  private func images(_ count: Int, seed: UInt64 = 2) throws -> Activations {
    let shape = try ImageShape(height: 7, width: 5, channels: 1)
    return try Activations(
      count: count, shape: shape, values: NetworkCase.numbers(count * shape.count, seed: seed))
  }

  @Test func defaultForm() throws {
    let encoder = try ImageEncoder(ImageShape(height: 28, width: 28, channels: 1), seed: 1)
    #expect(encoder.featureDimension == 128)
    #expect(encoder.projectionDimension == 64)
    let shapes = encoder.network.layers.map(\.layer.outputShape.description)
    #expect(shapes[0] == "14 × 14 × 32" && shapes[2] == "7 × 7 × 64" && shapes[4] == "4 × 4 × 128")
    let decaying = encoder.network.parameters.layout.slots.filter(\.decays).map(\.name)
    #expect(
      decaying == [
        "backbone.convolution1.weight", "backbone.convolution2.weight",
        "backbone.convolution3.weight", "head.linear1.weight", "head.linear2.weight",
      ])
  }

  @Test func firstParametersFollowTheSeed() throws {
    #expect(try encoder(seed: 1).tensors == encoder(seed: 1).tensors)
    #expect(try encoder(seed: 1).tensors != encoder(seed: 2).tensors)
    // He: the deviation of 3 × 3 × 64 → 128 is √(2 / 576) = 0.0589; seen 0.0588.
    let wide = try ImageEncoder(ImageShape(height: 28, width: 28, channels: 1), seed: 1)
    let weights = try #require(wide.network.parameters["backbone.convolution3.weight"])
    let squares = weights.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs((squares / Double(weights.count)).squareRoot() - 0.0589) < 0.0005)
  }

  @Test func runningStatistics() throws {
    var network = try Network(
      [
        Network.NamedLayer(
          "normalization", try BatchNormalization(ImageShape(height: 2, width: 1, channels: 1)))
      ], seed: 1)
    let batch = try Activations(
      count: 2, shape: network.inputShape, values: [1, 3, 5, 7])
    _ = try network.output(for: batch, mode: .training)
    // Mean 4, biased variance 5, unbiased 20/3; a tenth of the way from 0 and 1.
    #expect(network.buffers["normalization.runningMean"] == [0.4])
    let variance = try #require(network.buffers["normalization.runningVariance"]?.first)
    #expect(abs(variance - (0.9 + 2 / 3)) < 2e-7)
    let kept = network.buffers
    let output = try network.output(for: batch, mode: .evaluation).values
    #expect(network.buffers == kept)
    #expect(abs(output[0] - 0.6 / (variance + 1e-5).squareRoot()) < 1e-6)
  }

  @Test func varianceSurvivesALargeMean() throws {
    var network = try Network(
      [
        Network.NamedLayer(
          "normalization", try BatchNormalization(ImageShape(height: 1, width: 1, channels: 1)))
      ], seed: 1)
    let batch = try Activations(
      count: 4, shape: network.inputShape, values: [9999, 10001, 9999, 10001])
    let output = try network.output(for: batch, mode: .training).values
    // Worst seen: 5.0e-6, which is ε in √(1 + ε).
    #expect(output.allSatisfy { abs(abs($0) - 1) < 1e-5 })
  }

  @Test func recordingChangesNothing() throws {
    var (recording, forgetting) = (try encoder(), try encoder())
    let batch = try images(6)
    let recorded = try recording.forward(batch).projections
    #expect(try forgetting.projections(of: batch, mode: .training) == recorded)
    #expect(recording.tensors == forgetting.tensors)
  }

  @Test func featuresComeImageByImage() throws {
    var encoder = try encoder()
    _ = try encoder.forward(images(9))
    let shape = encoder.inputShape
    let pixels = try Pixels(
      (0..<(23 * shape.count)).map { UInt8(truncatingIfNeeded: $0 * $0) }, shape: shape)
    let scaling = try PixelScaling(mean: [0.5], deviation: [0.5])
    let whole = try encoder.features(of: pixels, scaling: scaling)
    #expect(whole.rows == 23 && whole.columns == 4)
    let parts = try encoder.features(of: pixels, scaling: scaling, batch: 5)
    // Worst seen: 0.
    for (a, b) in zip(whole.values, parts.values) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func oneEncoderTakesSeveralSizes() throws {
    let options = EncoderOptions(widths: [3, 4], head: .linear(outputs: 2))
    let small = try ImageShape(height: 4, width: 6, channels: 1)
    let crops = try Activations(
      count: 5, shape: small, values: NetworkCase.numbers(5 * small.count, seed: 4))
    // The same parameters in an encoder that was made for the size.
    var (large, made) = (try encoder(), try ImageEncoder(small, options: options, seed: 9))
    try made.load(large.tensors)
    let (found, expected) = (try large.forward(crops), try made.forward(crops))
    #expect(found.projections == expected.projections)
    #expect(large.tensors == made.tensors)
    let gradient = try Matrix(rows: 5, columns: 2, values: NetworkCase.numbers(10, seed: 5))
    #expect(
      try large.backward(gradient, tape: found.tape)
        == made.backward(gradient, tape: expected.tape))
    #expect(try large.features(of: crops) == made.features(of: crops))
    #expect(try large.featureMaps(of: images(2)).shape.description == "2 × 2 × 4")
    // A linear layer on pixels has no such freedom.
    var flat = try Head.linear(outputs: 2).network("flat", inputs: 20, seed: 1)
    #expect(
      throws: ContrastiveError.shape(argument: "images", found: "4 × 6 × 1", expected: "1 × 1 × 20")
    ) { try flat.forward(crops) }
  }

  @Test func checkpointRestores() throws {
    var trained = try encoder(seed: 1)
    _ = try trained.forward(images(6))
    var other = try encoder(seed: 2)
    try other.load(trained.tensors.reversed())
    #expect(other.tensors == trained.tensors)
    #expect(Set(trained.tensors.map(\.name)).count == trained.tensors.count)
    #expect(trained.tensors[0].shape == [9, 3])
  }

  @Test func badCheckpointChangesNothing() throws {
    let trained = try encoder(seed: 1)
    var other = try encoder(seed: 2)
    let before = other.tensors
    #expect(
      throws: ContrastiveError.shape(
        argument: "backbone.normalization2.runningVariance", found: "no such tensor",
        expected: "[4]")
    ) { try other.load(Array(trained.tensors.dropLast())) }
    var bent = trained.tensors
    bent[0].shape = [3, 9]
    #expect(
      throws: ContrastiveError.shape(
        argument: "backbone.convolution1.weight", found: "[3, 9] of 27 elements", expected: "[9, 3]"
      )
    ) { try other.load(bent) }
    var broken = trained.tensors
    broken[1].values[2] = .nan
    #expect(
      throws: ContrastiveError.nonFinite(
        argument: broken[1].name, row: 0, column: 2, found: "nan")
    ) { try other.load(broken) }
    #expect(other.tensors == before)
  }

  @Test func refusals() throws {
    let shape = try ImageShape(height: 7, width: 5, channels: 1)
    var encoder = try encoder()
    #expect(
      throws: ContrastiveError.shape(
        argument: "images", found: "[0 × 7 × 5 × 1]", expected: "[at least 1 × 7 × 5 × 1]")
    ) { try encoder.forward(Activations.none(shape)) }
    let other = try Activations(
      count: 1, shape: ImageShape(height: 7, width: 5, channels: 2),
      values: [Float](repeating: 0, count: 70))
    #expect(
      throws: ContrastiveError.shape(
        argument: "images", found: "2 channels", expected: "1 channels")
    ) { try encoder.forward(other) }
    let tape = try encoder.forward(images(3)).tape
    #expect(
      throws: ContrastiveError.shape(
        argument: "gradient", found: "[2 × 1 × 1 × 2]", expected: "[3 × 1 × 1 × 2]")
    ) {
      try encoder.backward(Matrix(zeros: 2, by: 2), tape: tape)
    }
    #expect(
      throws: ContrastiveError.parameter(name: "widths", found: "none", expected: "at least one")
    ) {
      try ImageEncoder(shape, options: EncoderOptions(widths: []), seed: 1)
    }
    #expect(
      throws: ContrastiveError.parameter(name: "kernel", found: "2", expected: "an odd number")
    ) {
      try ImageEncoder(shape, options: EncoderOptions(kernel: 2), seed: 1)
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "kernel", found: "9", expected: "at most the padded image of 7 × 5 × 1")
    ) { try Convolution(shape, outputs: 1, kernel: 9) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "padding", found: "\(Int.max)", expected: "0 … 1")
    ) { try MaxPool(shape, padding: .max) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "window", found: "6", expected: "1 … 255 and at most the padded image of 7 × 5 × 1")
    ) { try MaxPool(shape, window: 6, padding: 0) }
    #expect(
      throws: ContrastiveError.shape(argument: "values", found: "[1]", expected: "[2 × 7 × 5 × 1]")
    ) {
      try Activations(count: 2, shape: shape, values: [1])
    }
    // One image of one position: a batch normalization has nothing to normalize by.
    var tiny = try ImageEncoder(ImageShape(height: 1, width: 1, channels: 1), seed: 1)
    let pixel = try Activations(count: 1, shape: tiny.inputShape, values: [1])
    #expect(
      throws: ContrastiveError.shape(
        argument: "images", found: "[1 × 1 × 1 × 32]",
        expected: "more than one value per channel, to normalize a batch")
    ) { try tiny.forward(pixel) }
  }
}
