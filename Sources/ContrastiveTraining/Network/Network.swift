import ContrastiveCore

/// Layers in order, their parameters and their buffers.
///
/// A value: copying a network gives an independent twin. Batches of another height and width than
/// `inputShape` pass through the same parameters where the layers allow it, which convolutions
/// before a mean pool do. Results have the same bits for any number of workers.
public struct Network: Sendable {
  /// The layers with their names, in order.
  public let layers: [NamedLayer]
  /// The learned parameters.
  public var parameters: ParameterVector
  /// Running statistics.
  public var buffers: ParameterVector
  /// First layers that do not learn: they run in evaluation mode, and their gradient is zero.
  public private(set) var frozenDepth = 0
  private let parameterRanges: [Range<Int>]
  private let bufferRanges: [Range<Int>]

  /// A layer and the name that its arrays are stored under.
  public struct NamedLayer: Sendable {
    /// Unique in the network, such as `backbone.convolution1`.
    public let name: String
    /// The layer.
    public let layer: any Layer

    /// Names a layer.
    public init(_ name: String, _ layer: any Layer) {
      self.name = name
      self.layer = layer
    }
  }

  /// What a training forward pass records for the backward pass.
  public struct Tape: Sendable {
    let layers: [NamedLayer]
    let records: [LayerRecord]
    let count: Int
    let frozenDepth: Int
  }

  /// Holds the first layers as they are: they run in evaluation mode whatever the mode, and their
  /// parameters have no gradient and no weight decay.
  ///
  /// - Parameter depth: number of layers, 0 ... `layers.count`.
  mutating func freeze(depth: Int) {
    frozenDepth = depth
    let end = depth > 0 ? parameterRanges[depth - 1].upperBound : 0
    parameters = ParameterVector(
      layout: parameters.layout.withoutDecay(before: end), values: parameters.values)
  }

  /// Joins layers and initializes their parameters.
  ///
  /// - Parameters:
  ///   - layers: at least one, each taking the shape that the one before gives, names unique.
  ///   - seed: of the initial parameters; each array draws from a stream of its own.
  /// - Throws: `ContrastiveError.empty` without layers, `.shape` when two neighbors do not fit,
  ///   `.parameter` when a name occurs twice, `.blas` when the BLAS cannot be used.
  public init(_ layers: [NamedLayer], seed: UInt64) throws(ContrastiveError) {
    try BLAS.prepare()
    guard !layers.isEmpty else { throw .empty(argument: "layers") }
    for (index, pair) in zip(layers, layers.dropFirst()).enumerated() {
      try requireShape(
        pair.0.layer.outputShape == pair.1.layer.inputShape, "layers[\(index + 1)]",
        "\(pair.1.layer.inputShape)", "\(pair.0.layer.outputShape)")
    }
    var names = Set<String>()
    for layer in layers where !names.insert(layer.name).inserted {
      throw .parameter(name: "layers", found: "\(layer.name) twice", expected: "unique names")
    }
    self.layers = layers
    let declared = layers.map { layer in
      layer.layer.parameters.map { ("\(layer.name).\($0.name)", $0) }
    }
    let kept = layers.map { layer in
      layer.layer.buffers.map { ("\(layer.name).\($0.name)", $0) }
    }
    parameterRanges = Self.ranges(declared.map { $0.reduce(0) { $0 + $1.1.count } })
    bufferRanges = Self.ranges(kept.map { $0.reduce(0) { $0 + $1.1.count } })
    parameters = Self.draw(Array(declared.joined()), seed: seed)
    buffers = Self.draw(Array(kept.joined()), seed: seed)
  }

  private static func ranges(_ counts: [Int]) -> [Range<Int>] {
    var end = 0
    return counts.map {
      let start = end
      end += $0
      return start..<end
    }
  }

  private static func draw(
    _ declarations: [(String, ParameterDeclaration)], seed: UInt64
  ) -> ParameterVector {
    var values = [Float]()
    for (slot, declaration) in declarations.enumerated() {
      var random = CounterRandom.stream(.parameters, seed: seed, slot)
      values += declaration.1.initial.values(declaration.1.count, using: &random)
    }
    return ParameterVector(layout: ParameterLayout(declarations), values: values)
  }

  /// Shape of an image it takes.
  public var inputShape: ImageShape { layers[0].layer.inputShape }

  /// Shape of an image it gives.
  public var outputShape: ImageShape { layers[layers.count - 1].layer.outputShape }

  /// The output for a batch in training mode; running statistics move.
  ///
  /// - Parameters:
  ///   - input: a batch of `inputShape`, or of another size that the layers can take.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the output and what `backward` needs.
  /// - Throws: `ContrastiveError.shape` when the batch has another shape, is empty or is too small
  ///   to normalize.
  public mutating func forward(
    _ input: Activations, workers: Workers = .all
  ) throws(ContrastiveError) -> (output: Activations, tape: Tape) {
    var activations = input
    let layers = try layers(taking: input)
    let records = try run(&activations, layers, .training, recording: true, workers: workers)
    return (
      activations,
      Tape(layers: layers, records: records, count: input.count, frozenDepth: frozenDepth)
    )
  }

  /// The output for a batch in either mode, keeping nothing for a backward pass.
  ///
  /// - Parameters:
  ///   - input: a batch of `inputShape`, or of another size that the layers can take.
  ///   - mode: whether statistics come from the batch (and move the running ones) or are the
  ///     running ones.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the output.
  /// - Throws: `ContrastiveError.shape` when the batch has another shape, is empty or is too small
  ///   to normalize.
  public mutating func output(
    for input: Activations, mode: NetworkMode, workers: Workers = .all
  ) throws(ContrastiveError) -> Activations {
    guard mode == .training else {
      return try evaluate(input, depth: layers.count, workers: workers)
    }
    var activations = input
    _ = try run(
      &activations, layers(taking: input), mode, recording: false, workers: workers)
    return activations
  }

  /// The output of the first `depth` layers in evaluation mode.
  func evaluate(
    _ input: Activations, depth: Int, workers: Workers
  ) throws(ContrastiveError) -> Activations {
    var twin = self
    let layers = Array(try layers(taking: input).prefix(depth))
    var outputs: [Activations] = []
    for part in input.parts(of: Self.evaluationBatch(layers)) {
      var activations = part
      _ = try twin.run(&activations, layers, .evaluation, recording: false, workers: workers)
      outputs.append(activations)
    }
    return try Activations(joining: outputs)
  }

  /// Images that are evaluated at a time; each is normalized by itself.
  ///
  /// As many times 16 as keep the widest layer's output within 256 MiB, at least 16.
  private static func evaluationBatch(_ layers: [NamedLayer]) -> Int {
    let widest = layers.map(\.layer.outputShape.count).max() ?? 1
    return max(16, (64 << 20) / max(widest, 1) / 16 * 16)
  }

  /// The layers for the size of a batch.
  private func layers(taking batch: Activations) throws(ContrastiveError) -> [NamedLayer] {
    try requireShape(
      batch.count > 0, "images", "[\(batch.count) × \(batch.shape)]",
      "[at least 1 × \(inputShape)]")
    guard batch.shape != inputShape else { return layers }
    var shape = batch.shape
    var adapted: [NamedLayer] = []
    for named in layers {
      let layer = try named.layer.taking(shape)
      adapted.append(NamedLayer(named.name, layer))
      shape = layer.outputShape
    }
    return adapted
  }

  private mutating func run(
    _ activations: inout Activations, _ layers: [NamedLayer], _ mode: NetworkMode,
    recording: Bool, workers: Workers
  ) throws(ContrastiveError) -> [LayerRecord] {
    let (parameterRanges, bufferRanges, frozen) = (parameterRanges, bufferRanges, frozenDepth)
    return try parameters.values.withUnsafeBufferPointer { parameters throws(ContrastiveError) in
      try buffers.values.withUnsafeMutableBufferPointer { buffers throws(ContrastiveError) in
        var records: [LayerRecord] = []
        let shares = ImageShares(layers, images: activations.count, workers: workers)
        for index in layers.indices {
          shares.complete(&activations, from: index - 1, to: index)
          let pass = LayerPass(
            parameters: UnsafeBufferPointer(rebasing: parameters[parameterRanges[index]]),
            buffers: UnsafeMutableBufferPointer(rebasing: buffers[bufferRanges[index]]),
            mode: index < frozen ? .evaluation : mode, recording: recording && index >= frozen,
            workers: workers, share: shares[index])
          records.append(try layers[index].layer.forward(&activations, pass))
        }
        shares.complete(&activations, from: layers.count - 1, to: layers.count)
        return records
      }
    }
  }

  /// The gradient of a loss with respect to the parameters.
  ///
  /// - Parameters:
  ///   - gradient: of the loss with respect to the output that `forward` returned with `tape`.
  ///   - tape: of that call; the parameters must not have changed since.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a vector of the parameters' layout.
  /// - Throws: `ContrastiveError.shape` when `gradient` does not have the output's shape.
  public func backward(
    _ gradient: Activations, tape: Tape, workers: Workers = .all
  ) throws(ContrastiveError) -> ParameterVector {
    try differentiate(gradient, tape, needsInputGradient: false, workers).parameters
  }

  /// The gradients of a loss with respect to the parameters and to the input.
  ///
  /// - Parameters:
  ///   - gradient: of the loss with respect to the output that `forward` returned with `tape`.
  ///   - tape: of that call; the parameters must not have changed since.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a vector of the parameters' layout, and a batch of the input's shape, or of the
  ///   first layer's that is not frozen.
  /// - Throws: `ContrastiveError.shape` when `gradient` does not have the output's shape.
  public func backwardToInput(
    _ gradient: Activations, tape: Tape, workers: Workers = .all
  ) throws(ContrastiveError) -> (parameters: ParameterVector, input: Activations) {
    try differentiate(gradient, tape, needsInputGradient: true, workers)
  }

  private func differentiate(
    _ gradient: Activations, _ tape: Tape, needsInputGradient: Bool, _ workers: Workers
  ) throws(ContrastiveError) -> (parameters: ParameterVector, input: Activations) {
    let layers = tape.layers
    guard gradient.count == tape.count,
      let output = layers.last?.layer.outputShape, gradient.shape == output
    else {
      throw .shape(
        argument: "gradient", found: "[\(gradient.count) × \(gradient.shape)]",
        expected: "[\(tape.count) × \(layers.last?.layer.outputShape ?? outputShape)]")
    }
    var current = gradient
    var result = ParameterVector(zeros: parameters.layout)
    parameters.values.withUnsafeBufferPointer { parameters in
      result.values.withUnsafeMutableBufferPointer { target in
        let shares = ImageShares(layers, images: gradient.count, workers: workers)
        for index in (tape.frozenDepth..<layers.count).reversed() {
          shares.complete(&current, from: index + 1, to: index)
          let range = parameterRanges[index]
          let pass = LayerPass(
            parameters: UnsafeBufferPointer(rebasing: parameters[range]),
            buffers: UnsafeMutableBufferPointer(start: nil, count: 0), mode: .training,
            recording: true, workers: workers, share: shares[index])
          layers[index].layer.backward(
            &current, record: tape.records[index],
            into: UnsafeMutableBufferPointer(rebasing: target[range]),
            needsInputGradient: needsInputGradient || index > tape.frozenDepth, pass)
        }
        if needsInputGradient { shares.complete(&current, from: tape.frozenDepth, to: -1) }
      }
    }
    return (result, current)
  }
}
