import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Networks have the same bits for any number of processes, which compute images of their own.
@Suite struct NetworkProcessTests {
  /// Adds the mean image of the batch: a layer that needs all images, and says nothing of it.
  struct BatchMean: Layer {
    let inputShape: ImageShape
    var outputShape: ImageShape { inputShape }

    func taking(_ shape: ImageShape) -> any Layer { BatchMean(inputShape: shape) }

    func forward(
      _ activations: inout Activations, _ pass: LayerPass
    ) throws(ContrastiveError) -> LayerRecord {
      try add(1, to: &activations)
      return LayerRecord()
    }

    func backward(
      _ gradient: inout Activations, record: LayerRecord,
      into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
      _ pass: LayerPass
    ) {
      try? add(1, to: &gradient)
    }

    private func add(
      _ factor: Float, to batch: inout Activations
    ) throws(ContrastiveError) {
      let (width, values) = (inputShape.count, batch.values)
      var mean = [Float](repeating: 0, count: width)
      for (place, value) in values.enumerated() {
        mean[place % width] += value / Float(batch.count)
      }
      batch = try Activations(
        count: batch.count, shape: inputShape,
        values: values.enumerated().map { $1 + factor * mean[$0 % width] })
    }
  }

  private static func network(_ kind: String) throws -> Network {
    let shape = try ImageShape(height: 9, width: 8, channels: 3)
    switch kind {
    case "encoder":
      return try ImageEncoder(
        shape,
        options: EncoderOptions(
          widths: [8, 12, 20], head: .perceptron(hidden: 16, outputs: 7)), seed: 1
      ).network
    case "resnet":
      return try ImageEncoder(
        shape, options: EncoderOptions(.resnet18, stem: .small), seed: 1
      ).network
    default:
      let first = try Convolution(shape, outputs: 5, bias: true)
      let pool = try MaxPool(first.outputShape)
      let second = try WinogradConvolution(pool.outputShape, outputs: 6)
      return try Network(
        [
          .init("first", first), .init("rectifier", Rectifier(first.outputShape)),
          .init("mean", BatchMean(inputShape: first.outputShape)), .init("pool", pool),
          .init("second", second),
          .init("normalization", BatchNormalization(second.outputShape, rectified: true)),
          .init("linear", Linear(second.outputShape, outputs: 4)),
        ], seed: 2)
    }
  }

  /// 19 images are two shares at most; 400 cross every cut.
  @Test(arguments: ["encoder", "resnet", "whole batch"], [(19, 2), (19, 3), (150, 3), (400, 7)])
  func step(_ kind: String, _ size: (images: Int, processes: Int)) throws {
    // A residual network of 400 images is much work, and cuts them no other way.
    let images = kind == "resnet" ? min(size.images, 70) : size.images
    let network = try Self.network(kind)
    let shape = network.inputShape
    let input = try Activations(
      count: images, shape: shape, values: NetworkCase.numbers(images * shape.count, seed: 2))
    let outputs = network.outputShape
    let weights = try Activations(
      count: images, shape: outputs, values: NetworkCase.numbers(images * outputs.count, seed: 3))
    struct Found: Equatable {
      let output, evaluated, input: [Float]
      let parameters: ParameterVector
      let buffers: [NamedTensor]
    }
    @Sendable func run(_ workers: Workers) throws -> Found {
      var own = network
      let (output, tape) = try own.forward(input, workers: workers)
      let gradient = try own.backwardToInput(weights, tape: tape, workers: workers)
      let evaluated = try own.output(for: input, mode: .evaluation, workers: workers)
      return Found(
        output: output.values, evaluated: evaluated.values, input: gradient.input.values,
        parameters: gradient.parameters, buffers: own.buffers.tensors)
    }
    let alone = try run(.one)
    #expect(alone.output.contains { $0 != 0 } && alone.input.contains { $0 != 0 })
    for result in ThreadedProcess.run(size.processes, { try run(Workers.one.sharing(with: $0)) }) {
      #expect(try result.get() == alone)
    }
  }
}
