import ContrastiveCore
import Testing

import ContrastiveTraining

/// The same bits for any number of workers.
@Suite struct ThreadTests {
  /// 37 images are three blocks of the first convolution and a remainder; 400 cross every cut of
  /// the rest.
  @Test(arguments: [37, 400]) func trainingStep(_ images: Int) throws {
    let shape = try ImageShape(height: 9, width: 8, channels: 3)
    let encoder = try ImageEncoder(
      shape,
      options: EncoderOptions(
        widths: [8, 12, 20], head: .perceptron(hidden: 16, outputs: 7)), seed: 1)
    let input = try Activations(
      count: images, shape: shape, values: NetworkCase.numbers(images * shape.count, seed: 2))
    let weights = try Matrix(
      rows: images, columns: 7, values: NetworkCase.numbers(images * 7, seed: 3))
    func step(_ threads: Int) throws -> (Matrix, [NamedTensor], ParameterVector, Matrix) {
      let workers = try Workers(count: threads)
      var query = encoder
      let (output, tape) = try query.forward(input, workers: workers)
      let gradient = try query.backward(weights, tape: tape, workers: workers)
      var optimizer = try SGD(query.network.parameters.layout)
      try optimizer.step(&query.network.parameters, gradient: gradient, rate: 0.1, workers: workers)
      var twin = try MomentumEncoder(encoder)
      try twin.update(from: query, workers: workers)
      let features = try twin.encoder.features(of: input, workers: workers)
      return (output, query.tensors, gradient, features)
    }
    let one = try step(1)
    for threads in [2, 3, 4, 7] {
      let many = try step(threads)
      #expect(many.0 == one.0)
      #expect(many.1 == one.1)
      #expect(many.2 == one.2)
      #expect(many.3 == one.3)
    }
  }

  @Test func views() throws {
    let shape = try ImageShape(height: 11, width: 7, channels: 3)
    let pixels = try Pixels(
      (0..<(40 * shape.count)).map { UInt8(truncatingIfNeeded: $0 * 37) }, shape: shape)
    let recipe = ViewRecipe(
      [try RandomResizedCrop(), try HorizontalFlip(), try BrightnessContrast()],
      scaling: try PixelScaling(mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.3, 0.4]))
    func make(_ threads: Int) throws -> Activations {
      try recipe.views(
        of: pixels, 0..<40, seed: 1, epoch: 2, view: 0, workers: Workers(count: threads))
    }
    let one = try make(1)
    for threads in [2, 3, 4, 7] { #expect(try make(threads) == one) }
  }
}
