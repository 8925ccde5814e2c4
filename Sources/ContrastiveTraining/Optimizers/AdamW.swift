import CLibrary
import ContrastiveCore

/// Adam with decoupled weight decay, as in PyTorch. At step t, counted from 1,
/// ```
/// w ← w − rate · decay · w                        (slots that decay)
/// m ← β₁ · m + (1 − β₁) · g
/// s ← β₂ · s + (1 − β₂) · g²
/// w ← w − rate · m / (1 − β₁ᵗ) / ( √(s / (1 − β₂ᵗ)) + ε )
/// ```
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019; Kingma and Ba,
/// "Adam", ICLR 2015.
public struct AdamW: Optimizer {
  /// β₁, what the mean gradient keeps of itself in a step.
  public let firstDecay: Float
  /// β₂, what the mean square keeps of itself in a step.
  public let secondDecay: Float
  /// ε.
  public let epsilon: Float
  /// Weight decay, 0 or more.
  public let weightDecay: Float
  /// The mean gradient m; part of a checkpoint.
  public var first: ParameterVector
  /// The mean square s; part of a checkpoint.
  public var second: ParameterVector
  /// Steps taken, t; part of a checkpoint.
  public var steps = 0

  /// An optimizer before its first step.
  ///
  /// - Parameters:
  ///   - layout: of the parameters.
  ///   - firstDecay: β₁, 0 ..< 1.
  ///   - secondDecay: β₂, 0 ..< 1.
  ///   - epsilon: ε, above 0.
  ///   - weightDecay: 0 or more.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    _ layout: ParameterLayout, firstDecay: Float = 0.9, secondDecay: Float = 0.999,
    epsilon: Float = 1e-8, weightDecay: Float = 0.01
  ) throws(ContrastiveError) {
    try OptimizerRange.share(firstDecay, "firstDecay")
    try OptimizerRange.share(secondDecay, "secondDecay")
    try OptimizerRange.aboveZero(epsilon, "epsilon")
    try OptimizerRange.atLeastZero(weightDecay, "weightDecay")
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    first = ParameterVector(zeros: layout)
    second = ParameterVector(zeros: layout)
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
    try first.layout.require(parameters, "parameters")
    try first.layout.require(gradient, "gradient")
    steps += 1
    let (a, b, epsilon, weightDecay) = (firstDecay, secondDecay, epsilon, weightDecay)
    // Corrections in Double: 1 − 0.999ᵗ loses its digits in Float.
    let meanScale = Float(Double(rate) / (1 - pow(Double(a), Double(steps))))
    let squareScale = Float(1 / (1 - pow(Double(b), Double(steps))))
    let pieces = first.layout.pieces
    gradient.values.withUnsafeBufferPointer { gradient in
      first.values.withUnsafeMutableBufferPointer { first in
        second.values.withUnsafeMutableBufferPointer { second in
          parameters.values.withUnsafeMutableBufferPointer { parameters in
            let g = SharedReadOnlyMemory(gradient)
            let (m, s, w) = (SharedMemory(first), SharedMemory(second), SharedMemory(parameters))
            workers.forEach(pieces.count) { index, _ in
              let piece = pieces[index]
              let kept = 1 - (piece.decays ? rate * weightDecay : 0)
              let start = piece.range.lowerBound
              let (g, m, s, w) = (g + start, m + start, s + start, w + start)
              for index in 0..<piece.range.count {
                let slope = g[index]
                let mean = a * m[index] + (1 - a) * slope
                let square = b * s[index] + (1 - b) * (slope * slope)
                m[index] = mean
                s[index] = square
                w[index] =
                  kept * w[index] - meanScale * mean
                  / ((square * squareScale).squareRoot() + epsilon)
              }
            }
          }
        }
      }
    }
  }

  /// Exchanges the two means and the number of steps.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("first", &first)
    try state("second", &second)
    try state("steps", &steps)
    guard steps >= 0 else { throw state.failure("has taken \(steps) steps") }
  }
}
