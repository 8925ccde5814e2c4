import ContrastiveCore

/// A convolutional encoder: a backbone that gives features, and a head that projects them.
///
/// The backbone is convolutions, each with batch normalization and a rectifier, or a residual
/// network, then the mean over positions. Images may have any size and any number of channels; one
/// encoder takes batches of several sizes, one after the other, with the same parameters.
public struct ImageEncoder: Sendable {
  /// Backbone and head, layer by layer.
  public var network: Network
  /// The backbone's kind.
  public let architecture: EncoderArchitecture
  private let backboneDepth: Int

  /// Initializes an encoder at random.
  ///
  /// - Parameters:
  ///   - shape: shape of the images.
  ///   - options: backbone and head.
  ///   - seed: of the initial parameters.
  /// - Throws: `ContrastiveError.parameter` when an option is out of range, `.blas` when the BLAS
  ///   cannot be used.
  public init(
    _ shape: ImageShape, options: EncoderOptions = EncoderOptions(), seed: UInt64
  ) throws(ContrastiveError) {
    let backbone = try options.backbone(for: shape)
    backboneDepth = backbone.count
    architecture = options.architecture
    network = try Network(backbone + Self.head(of: options, after: backbone), seed: seed)
  }

  /// An encoder with the values of a checkpoint, whose shapes are compared before memory is taken.
  ///
  /// - Parameters:
  ///   - shape: shape of the images.
  ///   - options: backbone and head.
  ///   - tensors: one for every name in `tensors`, in any order.
  /// - Throws: what `init(_:options:seed:)` and `load(_:)` throw.
  init(
    _ shape: ImageShape, options: EncoderOptions, loading tensors: [NamedTensor]
  ) throws(ContrastiveError) {
    let named = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    let backbone = try options.backbone(for: shape)
    for layer in try backbone + Self.head(of: options, after: backbone) {
      for array in layer.layer.parameters + layer.layer.buffers {
        _ = try NamedTensor.named("\(layer.name).\(array.name)", shape: array.shape, in: named)
      }
    }
    try self.init(shape, options: options, seed: 0)
    try load(tensors)
  }

  private static func head(
    of options: EncoderOptions, after backbone: [Network.NamedLayer]
  ) throws(ContrastiveError) -> [Network.NamedLayer] {
    try options.head.layers("head", taking: backbone[backbone.count - 1].layer.outputShape)
  }

  /// Shape of an image it takes.
  public var inputShape: ImageShape { network.inputShape }

  /// Holds the backbone as it is: it runs in evaluation mode, and only the head learns.
  public mutating func freezeBackbone() { network.freeze(depth: backboneDepth) }

  /// Dimension of the features.
  public var featureDimension: Int {
    network.layers[backboneDepth - 1].layer.outputShape.channels
  }

  /// Dimension of the projections.
  public var projectionDimension: Int { network.outputShape.channels }

  /// The projections of a batch in training mode; running statistics move.
  ///
  /// - Parameters:
  ///   - images: a batch of `inputShape`, or of another size and as many channels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: one projection a row, not normalized, and what `backward` needs.
  /// - Throws: `ContrastiveError.shape` when the batch has another shape or is empty.
  public mutating func forward(
    _ images: Activations, workers: Workers = .all
  ) throws(ContrastiveError) -> (projections: Matrix, tape: Network.Tape) {
    let (output, tape) = try network.forward(images, workers: workers)
    return (output.matrix, tape)
  }

  /// The projections of a batch, keeping nothing for a backward pass.
  ///
  /// - Parameters:
  ///   - images: a batch of `inputShape`, or of another size and as many channels.
  ///   - mode: whether statistics come from the batch (and move the running ones) or are the
  ///     running ones.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: one projection a row, not normalized.
  /// - Throws: `ContrastiveError.shape` when the batch has another shape or is empty.
  public mutating func projections(
    of images: Activations, mode: NetworkMode, workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    try network.output(for: images, mode: mode, workers: workers).matrix
  }

  /// The gradient of a loss with respect to the parameters.
  ///
  /// - Parameters:
  ///   - gradient: of the loss with respect to the projections that `forward` returned with `tape`.
  ///   - tape: of that call; the parameters must not have changed since.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a vector of the parameters' layout.
  /// - Throws: `ContrastiveError.shape` when `gradient` does not have the projections' shape.
  public func backward(
    _ gradient: Matrix, tape: Network.Tape, workers: Workers = .all
  ) throws(ContrastiveError) -> ParameterVector {
    try network.backward(gradient, tape: tape, workers: workers)
  }

  /// The backbone's output for a batch in evaluation mode.
  ///
  /// - Parameters:
  ///   - images: a batch of `inputShape`, or of another size and as many channels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: one vector of features a row, not normalized.
  /// - Throws: `ContrastiveError.shape` when the batch has another shape or is empty.
  public func features(
    of images: Activations, workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    try network.evaluate(images, depth: backboneDepth, workers: workers).matrix
  }

  /// What the last convolution's normalization and rectifier give for a batch in evaluation mode:
  /// the features before their mean over positions.
  ///
  /// - Parameters:
  ///   - images: a batch of `inputShape`, or of another size and as many channels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: one map of `featureDimension` channels an image.
  /// - Throws: `ContrastiveError.shape` when the batch has another shape or is empty.
  public func featureMaps(
    of images: Activations, workers: Workers = .all
  ) throws(ContrastiveError) -> Activations {
    try network.evaluate(images, depth: backboneDepth - 1, workers: workers)
  }

  /// Parameters and buffers by name, as a checkpoint stores them.
  public var tensors: [NamedTensor] { network.parameters.tensors + network.buffers.tensors }

  /// Takes the values of a checkpoint; nothing changes when it throws.
  ///
  /// - Parameter tensors: one for every name in `tensors`, in any order.
  /// - Throws: what `ParameterVector.load` throws.
  public mutating func load(_ tensors: [NamedTensor]) throws(ContrastiveError) {
    var loaded = network
    try loaded.parameters.load(tensors)
    try loaded.buffers.load(tensors)
    network = loaded
  }
}
