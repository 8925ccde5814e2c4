import ContrastiveCore

/// A fully connected layer: `Y = X · W + b`, where X is each image flattened.
///
/// The weight is [inputs, outputs], the optional bias [outputs]; both start uniform in ±1/√inputs.
/// Backward has a weight's gradient in scratch for every 64 images, at most 64 MiB of them or one
/// for each worker.
public struct Linear: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// A vector of `outputs`.
  public let outputShape: ImageShape
  /// Weight and, if asked for, bias.
  public let parameters: [ParameterDeclaration]
  private let biased: Bool

  /// A layer from images of a shape to vectors.
  ///
  /// - Parameters:
  ///   - inputShape: shape of an image it takes.
  ///   - outputs: dimension of the vectors it gives, 1 … 65,536.
  ///   - bias: whether to add one number per output; needless before a batch normalization.
  /// - Throws: `ContrastiveError.parameter` when `outputs` is out of range.
  public init(
    _ inputShape: ImageShape, outputs: Int, bias: Bool = true
  ) throws(ContrastiveError) {
    try requireParameter(1...65_536 ~= outputs, "outputs", outputs, "1 … 65536")
    self.inputShape = inputShape
    outputShape = .vector(outputs)
    let initial = Initialization.inverseRoot(inputs: inputShape.count)
    let weight = ParameterDeclaration(
      name: "weight", shape: [inputShape.count, outputs], decays: true, initial: initial)
    let shift = ParameterDeclaration(
      name: "bias", shape: [outputs], decays: false, initial: initial)
    parameters = bias ? [weight, shift] : [weight]
    biased = bias
  }

  /// A layer from vectors to vectors.
  ///
  /// - Parameters:
  ///   - inputs: dimension of the vectors it takes, 1 … 65,536.
  ///   - outputs: dimension of the vectors it gives, 1 … 65,536.
  ///   - bias: whether to add one number per output.
  /// - Throws: `ContrastiveError.parameter` when a dimension is out of range.
  public init(inputs: Int, outputs: Int, bias: Bool = true) throws(ContrastiveError) {
    try requireParameter(1...65_536 ~= inputs, "inputs", inputs, "1 … 65536")
    try self.init(.vector(inputs), outputs: outputs, bias: bias)
  }

  /// The same layer for images of as many numbers.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    try requireShape(shape.count == inputShape.count, "images", "\(shape)", "\(inputShape)")
    return try Linear(shape, outputs: outputs, bias: biased)
  }

  private var inputs: Int { inputShape.count }
  private var outputs: Int { outputShape.channels }
  private func pieces(_ rows: Int) -> Pieces { Pieces(rows, of: 64) }

  /// Replaces images by `X · W + b`.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let (inputs, outputs) = (inputs, outputs)
    let product = pass.workers.product
    let parameters = SharedReadOnlyMemory(pass.parameters)
    let output = activations.withMemory { input in
      Activations(count: activations.count, shape: outputShape) { output in
        pass.workers.forEach(pieces(activations.count)) { rows, _ in
          let target = output + rows.lowerBound * outputs
          for row in 0..<(biased ? rows.count : 0) {
            (target + row * outputs).update(
              from: parameters + inputs * outputs, count: outputs)
          }
          product.gemm(
            rows: rows.count, columns: outputs, depth: inputs, input + rows.lowerBound * inputs,
            stride: inputs, parameters.base, stride: outputs, adding: biased,
            into: target, stride: outputs)
        }
      }
    }
    let record = LayerRecord(input: pass.recording ? activations : nil)
    activations = output
    return record
  }

  /// `dW += Xᵀ · dY`, `db += Σ dY`, `dX = dY · Wᵀ`.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard let input = record.input else { return }
    let (inputs, outputs) = (inputs, outputs)
    let product = pass.workers.product
    let parameters = SharedReadOnlyMemory(pass.parameters)
    let total = SharedMemory(parameterGradient)
    let pieces = pieces(input.count)
    let width = inputs * outputs
    // As many as there are workers, or as have 64 MiB; they are added in order, however many.
    let held = min(pieces.count, max(pass.workers.count, (16 << 20) / width))
    let partials = Scratch(count: held * width)
    let partial = partials.memory
    var inputGradient = Activations.none(inputShape)
    gradient.withMemory { outer in
      input.withMemory { input in
        for first in stride(from: 0, to: pieces.count, by: held) {
          let count = min(held, pieces.count - first)
          pass.workers.forEach(count) { index, _ in
            let rows = pieces[first + index]
            product.gemm(
              .transposed, rows: inputs, columns: outputs, depth: rows.count,
              input + rows.lowerBound * inputs, stride: inputs, outer + rows.lowerBound * outputs,
              stride: outputs, into: partial + index * width, stride: outputs)
          }
          pass.workers.add(pieces: count, width: width, of: partial, to: total)
        }
      }
      if biased {
        let sums = pass.columnSums(
          of: outer, Pieces(input.count, of: 32_768 / outputs), positions: 1, columns: outputs)
        let bias = total + width
        for column in 0..<outputs { bias[column] += Float(sums[column]) }
      }
      guard needsInputGradient else { return }
      inputGradient = Activations(count: input.count, shape: inputShape) { target in
        pass.workers.forEach(pieces) { rows, _ in
          product.gemm(
            .plain, .transposed, rows: rows.count, columns: inputs, depth: outputs,
            outer + rows.lowerBound * outputs, stride: outputs, parameters.base, stride: outputs,
            into: target + rows.lowerBound * inputs, stride: inputs)
        }
      }
    }
    gradient = inputGradient
  }
}
