import ContrastiveCore

/// An exponential moving average of an encoder, the momentum encoder: `θ_k ← m · θ_k + (1 − m) ·
/// θ_q`.
///
/// Only parameters are averaged; each encoder keeps the running statistics of its own batches, as
/// in MoCo (He et al., "Momentum contrast", CVPR 2020).
public struct MomentumEncoder: Sendable {
  /// The averaged encoder.
  public var encoder: ImageEncoder
  /// The momentum m, 0 … 1.
  public let momentum: Float

  /// A momentum encoder that starts equal to `encoder`.
  ///
  /// - Parameters:
  ///   - encoder: what to follow.
  ///   - momentum: m, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` when `momentum` is out of range.
  public init(_ encoder: ImageEncoder, momentum: Float = 0.99) throws(ContrastiveError) {
    try requireParameter(0...1 ~= momentum, "momentum", momentum, "0 … 1")
    self.encoder = encoder
    self.momentum = momentum
  }

  /// Moves the momentum encoder toward `encoder`.
  ///
  /// - Parameters:
  ///   - encoder: of the same layers.
  ///   - momentum: instead of `self.momentum`, for methods that schedule it.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.shape` when `encoder` has other layers.
  public mutating func update(
    from encoder: ImageEncoder, momentum: Float? = nil, workers: Workers = .all
  ) throws(ContrastiveError) {
    try self.encoder.network.parameters.average(
      with: encoder.network.parameters, momentum: momentum ?? self.momentum, workers: workers)
  }
}
