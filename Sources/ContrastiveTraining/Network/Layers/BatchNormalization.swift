import ContrastiveCore

/// Batch normalization over images and positions, with an optional rectifier in the same pass:
/// `Y = γ · (X − μ) / √(σ² + ε) + β`, then `max(Y, 0)`.
///
/// In training μ and σ² are each channel's mean and biased variance over the batch, summed in
/// Double, and the running statistics move: `running ← (1 − momentum) · running + momentum · batch`
/// with the unbiased variance, as in PyTorch. In evaluation the running statistics take their
/// place. ε is 1e-5. Ioffe and Szegedy, "Batch normalization", ICML 2015.
public struct BatchNormalization: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// The same shape.
  public var outputShape: ImageShape { inputShape }
  /// Whether the output passes a rectifier.
  public let rectified: Bool
  /// Whether a scale γ and a shift β are learned; 1 and 0 otherwise.
  public let affine: Bool
  /// Momentum of the running statistics: the weight of a batch's, 0 … 1.
  public let momentum: Float
  /// The scale that γ starts with.
  public let initialScale: Float
  static let epsilon: Float = 1e-5

  /// The normalization of images of a shape.
  ///
  /// - Parameters:
  ///   - inputShape: shape of an image it takes.
  ///   - rectified: whether to apply a rectifier to the output.
  ///   - affine: whether a scale and a shift are learned.
  ///   - momentum: the weight of a batch's statistics in the running ones, 0 … 1.
  ///   - initialScale: the scale that γ starts with.
  /// - Throws: `ContrastiveError.parameter` when `momentum` is out of range or `initialScale` is
  ///   not finite.
  public init(
    _ inputShape: ImageShape, rectified: Bool = false, affine: Bool = true,
    momentum: Float = 0.1, initialScale: Float = 1
  ) throws(ContrastiveError) {
    try requireParameter(initialScale.isFinite, "initialScale", initialScale, "a finite number")
    try requireParameter(0...1 ~= momentum, "momentum", momentum, "0 … 1")
    self.inputShape = inputShape
    self.rectified = rectified
    self.affine = affine
    self.momentum = momentum
    self.initialScale = initialScale
  }

  private var channels: Int { inputShape.channels }

  /// The same normalization of images of another size.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    try requireChannels(shape)
    return try BatchNormalization(
      shape, rectified: rectified, affine: affine, momentum: momentum, initialScale: initialScale)
  }

  /// Scale γ (ones, or `initialScale`) and shift β (zeros), if learned.
  public var parameters: [ParameterDeclaration] {
    guard affine else { return [] }
    return [
      ParameterDeclaration(
        name: "scale", shape: [channels], decays: false, initial: .constant(initialScale)),
      ParameterDeclaration(
        name: "shift", shape: [channels], decays: false, initial: .constant(0)),
    ]
  }

  /// Running mean (zeros) and running variance (ones).
  public var buffers: [ParameterDeclaration] {
    [
      ParameterDeclaration(
        name: "runningMean", shape: [channels], decays: false, initial: .constant(0)),
      ParameterDeclaration(
        name: "runningVariance", shape: [channels], decays: false, initial: .constant(1)),
    ]
  }

  /// Sums are taken over 16 images at most.
  public func imagesTogether(in batch: Int) -> Int? { 16 }

  /// Replaces images by their normalization.
  ///
  /// - Throws: `ContrastiveError.shape` in training when a channel has a single value.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let rows = activations.count * inputShape.positions
    var mean = Array(pass.buffers[..<channels])
    var variance = Array(pass.buffers[channels...])
    if pass.mode == .training {
      try requireShape(
        rows > 1, "images", "[\(activations.count) × \(inputShape)]",
        "more than one value per channel, to normalize a batch")
      let moments = activations.withMemory {
        ChannelSums.moments(of: $0, images: activations.count, shape: inputShape, pass)
      }
      for channel in 0..<channels {
        let sum = moments[channel] / Double(rows)
        let squares = max(moments[channels + channel] / Double(rows) - sum * sum, 0)
        mean[channel] = Float(sum)
        variance[channel] = Float(squares)
        let unbiased = Float(squares * Double(rows) / Double(rows - 1))
        pass.buffers[channel] += momentum * (mean[channel] - pass.buffers[channel])
        pass.buffers[channels + channel] +=
          momentum * (unbiased - pass.buffers[channels + channel])
      }
    }
    let inverse = variance.map { 1 / ($0 + Self.epsilon).squareRoot() }
    let affine = self.affine(center: mean, inverse: inverse[...], pass)
    let record =
      pass.recording ? LayerRecord(input: activations, statistics: mean + inverse) : LayerRecord()
    activations = activations.withMemory { input in
      Activations(count: activations.count, shape: inputShape) {
        affine.apply(input, to: $0, images: activations.count, pass)
      }
    }
    return record
  }

  /// With dZ the gradient past the rectifier, X̂ the normalized input and R values per channel:
  /// `dγ += Σ dZ · X̂`, `dβ += Σ dZ`, `dX = γ / √(σ² + ε) · (dZ − Σ dZ / R − X̂ · Σ dZ · X̂ / R)`.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard let input = record.input else { return }
    let images = input.count
    let rows = images * inputShape.positions
    let (mean, inverse) = (record.statistics[..<channels], record.statistics[channels...])
    let affine = self.affine(center: Array(mean), inverse: inverse, pass)
    input.withMemory { input in
      gradient.withMutableMemory { gradient in
        let sums = affine.gradientSums(input, gradient, images: images, pass)
        var offset = [Float](repeating: 0, count: channels)
        var slope = offset
        for channel in 0..<channels {
          let sum = sums[channel]
          let inverse = Double(record.statistics[channels + channel])
          let product = sums[channels + channel] * inverse
          if self.affine {
            parameterGradient[channel] += Float(product)
            parameterGradient[channels + channel] += Float(sum)
          }
          offset[channel] = Float(Double(affine.scale[channel]) * sum / Double(rows))
          slope[channel] =
            Float(Double(affine.scale[channel]) * inverse * product / Double(rows))
        }
        guard needsInputGradient else { return }
        affine.differentiate(
          input, gradient, offset: offset, slope: slope, images: images, pass)
      }
    }
  }

  private func affine(
    center: [Float], inverse: ArraySlice<Float>, _ pass: LayerPass
  ) -> AffineByChannel {
    AffineByChannel(
      center: center,
      scale: affine ? zip(pass.parameters, inverse).map { $0 * $1 } : Array(inverse),
      shift: affine
        ? Array(pass.parameters[channels...]) : [Float](repeating: 0, count: channels),
      rectified: rectified, positions: inputShape.positions)
  }
}
