import ContrastiveCore

/// Layers in order as a part of one layer, with the places of their parameters in that layer's.
struct LayerChain: Sendable {
  let layers: [Network.NamedLayer]
  private let parameterRanges: [Range<Int>]
  private let bufferRanges: [Range<Int>]

  /// Layers whose parameters and buffers lie after those of `before`.
  init(_ layers: [Network.NamedLayer], after before: LayerChain? = nil) {
    self.layers = layers
    parameterRanges = Self.ranges(
      layers.map { $0.layer.parameters }, from: before?.parameterRanges.last?.upperBound ?? 0)
    bufferRanges = Self.ranges(
      layers.map { $0.layer.buffers }, from: before?.bufferRanges.last?.upperBound ?? 0)
  }

  private static func ranges(
    _ declarations: [[ParameterDeclaration]], from start: Int
  ) -> [Range<Int>] {
    var end = start
    return declarations.map { arrays in
      let start = end
      end += arrays.reduce(0) { $0 + $1.count }
      return start..<end
    }
  }

  /// The parameters of all, named by the layers.
  var parameters: [ParameterDeclaration] {
    layers.flatMap { Self.named($0.layer.parameters, by: $0.name) }
  }

  /// The buffers of all, named by the layers.
  var buffers: [ParameterDeclaration] {
    layers.flatMap { Self.named($0.layer.buffers, by: $0.name) }
  }

  private static func named(
    _ declarations: [ParameterDeclaration], by name: String
  ) -> [ParameterDeclaration] {
    declarations.map {
      ParameterDeclaration(
        name: "\(name).\($0.name)", shape: $0.shape, decays: $0.decays, initial: $0.initial)
    }
  }

  /// Images that a process computes together; nil where a layer needs all.
  func imagesTogether(in batch: Int) -> Int? {
    layers.reduce(1) { most, named in
      guard let most, let own = named.layer.imagesTogether(in: batch) else { return nil }
      return max(most, own)
    }
  }

  /// The layers for images of another size.
  func taking(_ shape: ImageShape) throws(ContrastiveError) -> [Network.NamedLayer] {
    var shape = shape
    var adapted: [Network.NamedLayer] = []
    for named in layers {
      let layer = try named.layer.taking(shape)
      adapted.append(Network.NamedLayer(named.name, layer))
      shape = layer.outputShape
    }
    return adapted
  }

  /// Replaces a batch by the last layer's output for it.
  func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> [LayerRecord] {
    var records: [LayerRecord] = []
    for (index, named) in layers.enumerated() {
      records.append(try named.layer.forward(&activations, part(index, of: pass)))
    }
    return records
  }

  /// Replaces the gradient of the output by that of the input.
  func backward(
    _ gradient: inout Activations, records: some Collection<LayerRecord>,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    let records = Array(records)
    for index in layers.indices.reversed() {
      layers[index].layer.backward(
        &gradient, record: records[index],
        into: UnsafeMutableBufferPointer(rebasing: parameterGradient[parameterRanges[index]]),
        needsInputGradient: needsInputGradient || index > 0, part(index, of: pass))
    }
  }

  private func part(_ index: Int, of pass: LayerPass) -> LayerPass {
    LayerPass(
      parameters: UnsafeBufferPointer(rebasing: pass.parameters[parameterRanges[index]]),
      // A backward pass has no buffers.
      buffers: pass.buffers.isEmpty
        ? pass.buffers : UnsafeMutableBufferPointer(rebasing: pass.buffers[bufferRanges[index]]),
      mode: pass.mode, recording: pass.recording, workers: pass.workers,
      share: pass.share)
  }
}
