import ContrastiveCore

/// What turns a gradient into a step of the parameters.
///
/// A value: what it keeps between steps are vectors of the parameters' layout and a count, so that a
/// copy is a checkpoint. The learning rate is the caller's, step by step (`RateSchedule`).
public protocol Optimizer: Sendable {
  /// One step downhill.
  ///
  /// - Parameters:
  ///   - parameters: of the optimiser's layout.
  ///   - gradient: of the same layout.
  ///   - rate: the learning rate.
  ///   - workers: who shares the work; no effect on the result.
  mutating func step(
    _ parameters: inout ParameterVector, gradient: ParameterVector, rate: Float, workers: Workers)
}
