import ContrastiveCore

/// An optimizer: a value with its own state, such as a velocity.
///
/// What it keeps between steps are vectors of the parameters' layout and a count. The loop holds
/// one for the encoder and one for what a method learns besides, and saves both. The learning rate
/// is the caller's, step by step (`RateSchedule`).
public protocol Optimizer: Stateful, Sendable {
  /// One step downhill.
  ///
  /// - Parameters:
  ///   - parameters: of the optimizer's layout.
  ///   - gradient: of the same layout.
  ///   - rate: the learning rate.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.shape` when parameters or gradient have another layout.
  mutating func step(
    _ parameters: inout ParameterVector, gradient: ParameterVector, rate: Float, workers: Workers
  ) throws(ContrastiveError)
}
