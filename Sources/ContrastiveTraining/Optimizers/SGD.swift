import ContrastiveCore

/// Stochastic gradient descent with momentum and coupled weight decay, as in PyTorch:
/// `g ← g + decay · w`, `v ← momentum · v + g`, `w ← w − rate · v`.
///
/// Only slots that decay take the first step. The first velocity is the gradient itself.
public struct SGD: Optimizer {
  /// Momentum, 0 ..< 1.
  public let momentum: Float
  /// Weight decay, 0 or more.
  public let weightDecay: Float
  /// The velocity v; part of a checkpoint.
  public var velocity: ParameterVector

  /// An optimizer before its first step.
  ///
  /// - Parameters:
  ///   - layout: of the parameters.
  ///   - momentum: 0 ..< 1.
  ///   - weightDecay: 0 or more.
  /// - Throws: `ContrastiveError.parameter` when one of the two is out of range.
  public init(
    _ layout: ParameterLayout, momentum: Float = 0.9, weightDecay: Float = 1e-4
  ) throws(ContrastiveError) {
    try OptimizerRange.share(momentum, "momentum")
    try OptimizerRange.atLeastZero(weightDecay, "weightDecay")
    self.momentum = momentum
    self.weightDecay = weightDecay
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
    let (momentum, weightDecay, pieces) = (momentum, weightDecay, velocity.layout.pieces)
    gradient.values.withUnsafeBufferPointer { gradient in
      velocity.values.withUnsafeMutableBufferPointer { velocity in
        parameters.values.withUnsafeMutableBufferPointer { parameters in
          let g = SharedReadOnlyMemory(gradient)
          let (v, w) = (SharedMemory(velocity), SharedMemory(parameters))
          workers.forEach(pieces.count) { index, _ in
            let piece = pieces[index]
            let decay = piece.decays ? weightDecay : 0
            let start = piece.range.lowerBound
            let (g, v, w) = (g + start, v + start, w + start)
            for index in 0..<piece.range.count {
              let moved = momentum * v[index] + (g[index] + decay * w[index])
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
