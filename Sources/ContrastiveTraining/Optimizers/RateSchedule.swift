import ContrastiveCore

/// The learning rate of every step.
public protocol RateSchedule: Sendable {
  /// The rate of a step, counted from 0.
  func rate(at step: Int) -> Float
}

/// A linear rise to any schedule's first rate, and then that schedule.
///
/// With w steps of rise and the schedule r: `r(0) · (t + 1) / w` for t < w, then `r(t − w)`. Goyal
/// et al., "Accurate, Large Minibatch SGD", 2017, §2.2.
public struct WarmUp<Base: RateSchedule>: RateSchedule {
  /// Steps of the rise, w.
  public let steps: Int
  /// What follows.
  public let base: Base

  /// A rise before a schedule.
  ///
  /// - Parameters:
  ///   - steps: of the rise, 0 or more.
  ///   - base: what follows.
  /// - Throws: `ContrastiveError.parameter` for a negative number of steps.
  public init(steps: Int, then base: Base) throws(ContrastiveError) {
    try requireParameter(steps >= 0, "warmup", steps, "0 or more")
    self.steps = steps
    self.base = base
  }

  /// The rate of a step, counted from 0.
  public func rate(at step: Int) -> Float {
    step < steps
      ? base.rate(at: 0) * Float(step + 1) / Float(steps) : base.rate(at: step - steps)
  }
}
