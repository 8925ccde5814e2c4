import ContrastiveCore

/// Layer-wise adaptive rate scaling: every weight array steps in proportion to its own length.
///
/// For each slot that decays, with g ← g + decay · w,
/// ```
/// trust = η · ‖w‖ / ‖g‖        (1 when either norm is 0)
/// v ← momentum · v + trust · g
/// w ← w − rate · v
/// ```
/// Biases and the scales and shifts of normalizations are excluded: they neither decay nor are
/// scaled, as in SimCLR, BYOL and MoCo v3. You, Gitman and Ginsburg, "Large Batch Training of
/// Convolutional Networks", 2017, with the learning rate outside the velocity as in the three.
public struct LARS: Optimizer {
  /// Momentum, 0 ..< 1.
  public let momentum: Float
  /// Weight decay, 0 or more.
  public let weightDecay: Float
  /// η, above 0.
  public let trust: Float
  /// The velocity v; part of a checkpoint.
  public var velocity: ParameterVector

  /// An optimizer before its first step.
  ///
  /// - Parameters:
  ///   - layout: of the parameters.
  ///   - momentum: 0 ..< 1.
  ///   - weightDecay: 0 or more; 1e-6 is SimCLR's.
  ///   - trust: η, above 0; 0.001 is the paper's.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    _ layout: ParameterLayout, momentum: Float = 0.9, weightDecay: Float = 1e-6,
    trust: Float = 0.001
  ) throws(ContrastiveError) {
    try OptimizerRange.share(momentum, "momentum")
    try OptimizerRange.atLeastZero(weightDecay, "weightDecay")
    try OptimizerRange.aboveZero(trust, "trust")
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.trust = trust
    velocity = ParameterVector(zeros: layout)
  }

  /// One step downhill.
  ///
  /// - Parameters:
  ///   - parameters: of the optimizer's layout.
  ///   - gradient: of the same layout.
  ///   - rate: the learning rate.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.shape` when parameters or gradient have another layout.
  public mutating func step(
    _ parameters: inout ParameterVector, gradient: ParameterVector, rate: Float,
    workers: Workers = .all
  ) throws(ContrastiveError) {
    try velocity.layout.require(parameters, "parameters")
    try velocity.layout.require(gradient, "gradient")
    let (momentum, weightDecay, layout) = (momentum, weightDecay, velocity.layout)
    let (trust, pieces) = (trust, layout.pieces)
    gradient.values.withUnsafeBufferPointer { gradient in
      velocity.values.withUnsafeMutableBufferPointer { velocity in
        parameters.values.withUnsafeMutableBufferPointer { parameters in
          let g = SharedReadOnlyMemory(gradient)
          let (v, w) = (SharedMemory(velocity), SharedMemory(parameters))
          let norms = workers.slotNorms(
            layout, weights: SharedReadOnlyMemory(UnsafeBufferPointer(parameters)), gradient: g,
            decay: weightDecay)
          let factors = layout.slots.indices.map { slot -> Float in
            let (length, slope) = (norms.weights[slot], norms.gradients[slot])
            guard layout.slots[slot].decays, length > 0, slope > 0 else { return 1 }
            return Float(Double(trust) * length / slope)
          }
          workers.forEach(pieces.count) { index, _ in
            let piece = pieces[index]
            let (decay, factor) = (piece.decays ? weightDecay : 0, factors[piece.slot])
            let start = piece.range.lowerBound
            let (g, v, w) = (g + start, v + start, w + start)
            for index in 0..<piece.range.count {
              let moved = momentum * v[index] + factor * (g[index] + decay * w[index])
              v[index] = moved
              w[index] -= rate * moved
            }
          }
        }
      }
    }
  }

  /// Exchanges the velocity.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("velocity", &velocity)
  }
}
