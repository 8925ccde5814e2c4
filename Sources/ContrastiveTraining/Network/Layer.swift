import ContrastiveCore

/// A layer of a network: a value that knows its shapes and declares its parameters.
///
/// A layer owns neither parameters nor activations. The network hands it the part of the
/// parameter vector that it declared and the activations, which it replaces; what backward needs
/// goes into a `LayerRecord`. Results must not depend on `LayerPass.workers`.
public protocol Layer: Sendable {
  /// Shape of an image it takes.
  var inputShape: ImageShape { get }
  /// Shape of an image it gives.
  var outputShape: ImageShape { get }
  /// The parameters, in the order of `LayerPass.parameters`.
  var parameters: [ParameterDeclaration] { get }
  /// The buffers, such as running statistics, in the order of `LayerPass.buffers`.
  var buffers: [ParameterDeclaration] { get }

  /// Images of a batch that must be computed by one process, where several share the batch and
  /// each has images of its own.
  ///
  /// - Parameter batch: images of the batch.
  /// - Returns: a power of two; nil, as by default, for a layer that needs all images.
  func imagesTogether(in batch: Int) -> Int?

  /// The same layer, with the same parameters, for images of another height and width.
  ///
  /// - Parameter shape: shape of an image it is to take.
  /// - Returns: a layer that declares parameters of the same names and shapes.
  /// - Throws: `ContrastiveError.shape` or `.parameter` when there is no such layer.
  func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer

  /// Replaces a batch by the layer's output for it.
  ///
  /// - Parameters:
  ///   - activations: a batch of `inputShape`; afterwards one of `outputShape`.
  ///   - pass: parameters, buffers and how to run.
  /// - Returns: what `backward` needs; empty unless `pass.recording`.
  /// - Throws: `ContrastiveError.shape` when the batch is too small for the layer.
  func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord

  /// Replaces the gradient of the output by the gradient of the input.
  ///
  /// - Parameters:
  ///   - gradient: of the loss with respect to the output; afterwards with respect to the input,
  ///     or anything at all when `needsInputGradient` is false.
  ///   - record: what `forward` returned in training mode.
  ///   - parameterGradient: of the loss with respect to the layer's parameters; added to.
  ///   - needsInputGradient: false for the first layer of a network.
  ///   - pass: the parameters that `forward` saw.
  func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass)
}

extension Layer {
  /// No parameters.
  public var parameters: [ParameterDeclaration] { [] }
  /// No buffers.
  public var buffers: [ParameterDeclaration] { [] }
  /// All images are needed.
  public func imagesTogether(in batch: Int) -> Int? { nil }

  func requireChannels(_ shape: ImageShape) throws(ContrastiveError) {
    try requireShape(
      shape.channels == inputShape.channels, "images", "\(shape.channels) channels",
      "\(inputShape.channels) channels")
  }
}

/// Whether normalization uses the batch's statistics or the running ones.
public enum NetworkMode: Sendable {
  /// From the batch; running statistics move.
  case training
  /// From the running statistics; each image is normalized by itself.
  case evaluation
}

/// A layer's input besides the activations.
public struct LayerPass {
  /// The layer's own part of the parameter vector.
  public let parameters: UnsafeBufferPointer<Float>
  /// The layer's own part of the buffers.
  public let buffers: UnsafeMutableBufferPointer<Float>
  /// Training or evaluation.
  public let mode: NetworkMode
  /// Whether a backward pass will follow.
  public let recording: Bool
  /// The threads to use.
  public let workers: Workers
  /// The images of this process; nil where it computes all.
  let share: ImageShare?
}

/// What a layer records in forward for backward.
public struct LayerRecord: Sendable {
  /// The layer's input, shared rather than copied.
  public var input: Activations?
  /// Per-channel numbers, in an order of the layer's own.
  public var statistics: [Float]
  /// The layer's output, shared rather than copied.
  public var output: Activations?
  /// What the layers that it is made of record.
  public var parts: [LayerRecord]

  /// Records an input, an output, statistics and what parts record.
  public init(
    input: Activations? = nil, statistics: [Float] = [], output: Activations? = nil,
    parts: [LayerRecord] = []
  ) {
    self.input = input
    self.statistics = statistics
    self.output = output
    self.parts = parts
  }
}
