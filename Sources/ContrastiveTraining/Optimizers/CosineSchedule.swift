import CLibrary
import ContrastiveCore

/// A learning rate that falls along half a cosine, step by step.
///
/// With T steps in all, `final + (peak − final) · (1 + cos(π · t / T)) / 2` at step t. Loshchilov
/// and Hutter, "SGDR", ICLR 2017. `WarmUp` puts a rise before it.
public struct CosineSchedule: RateSchedule, Equatable {
  /// The highest rate.
  public let peak: Float
  /// The rate at the end.
  public let final: Float
  /// All steps.
  public let steps: Int

  /// A schedule of a number of steps.
  ///
  /// - Parameters:
  ///   - peak: the highest rate, 0 or more.
  ///   - final: the rate at the end, 0 … peak.
  ///   - steps: all steps, at least 1.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    peak: Float, final: Float = 0, steps: Int
  ) throws(ContrastiveError) {
    try requireParameter(peak.isFinite && peak >= 0, "peak", peak, "0 or more")
    try requireParameter(0...peak ~= final, "final", final, "0 … \(peak)")
    try requireParameter(steps >= 1, "steps", steps, "at least 1")
    self.peak = peak
    self.final = final
    self.steps = steps
  }

  /// The rate of a step, counted from 0; past the last step the final rate.
  public func rate(at step: Int) -> Float {
    if step >= steps { return final }
    let progress = Double(step) / Double(steps)
    return final + (peak - final) * Float((1 + cos(Double.pi * progress)) / 2)
  }
}
