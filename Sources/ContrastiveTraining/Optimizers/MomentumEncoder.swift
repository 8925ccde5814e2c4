import ContrastiveCore

/// A slowly moving twin of an encoder: `θ_k ← m · θ_k + (1 − m) · θ_q`.
///
/// Parameters alone are averaged; each encoder keeps the running statistics of its own batches, as
/// in MoCo (He et al., "Momentum contrast", CVPR 2020).
public struct MomentumEncoder: Sendable {
  /// The twin.
  public var encoder: Encoder
  /// What the twin keeps of itself in a step, 0 … 1.
  public let momentum: Float

  /// A twin that starts equal to `encoder`.
  ///
  /// - Parameters:
  ///   - encoder: what to follow.
  ///   - momentum: what the twin keeps of itself in a step, 0 … 1.
  /// - Throws: `ContrastiveError.parameter` when `momentum` is out of range.
  public init(_ encoder: Encoder, momentum: Float = 0.99) throws(ContrastiveError) {
    guard 0...1 ~= momentum else {
      throw .parameter(name: "momentum", found: "\(momentum)", expected: "0 … 1")
    }
    self.encoder = encoder
    self.momentum = momentum
  }

  /// Moves the twin towards `encoder`.
  ///
  /// - Parameters:
  ///   - encoder: of the same form as the twin.
  ///   - momentum: instead of the twin's own, for methods that schedule it.
  ///   - workers: who shares the work.
  public mutating func update(
    from encoder: Encoder, momentum: Float? = nil, workers: Workers = .all
  ) {
    self.encoder.network.parameters.average(
      with: encoder.network.parameters, momentum: momentum ?? self.momentum, workers: workers)
  }
}
