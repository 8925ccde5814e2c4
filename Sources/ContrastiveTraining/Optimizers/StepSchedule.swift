import ContrastiveCore

/// A learning rate that is multiplied by a factor at each of some steps: `peak · factorⁿ`, where n
/// milestones lie at or before the step.
///
/// The schedule of He et al., "Deep Residual Learning", CVPR 2016, and of MoCo v1 (a tenth at
/// epochs 120 and 160 of 200). Without milestones the rate is constant.
public struct StepSchedule: RateSchedule, Equatable {
  /// The first rate.
  public let peak: Float
  /// What the rate is multiplied by.
  public let factor: Float
  /// The first steps at the new rates, ascending.
  public let milestones: [Int]

  /// A schedule of falling steps.
  ///
  /// - Parameters:
  ///   - peak: the first rate, 0 or more.
  ///   - factor: what the rate is multiplied by, above 0 and at most 1.
  ///   - milestones: the first steps at the new rates, each after the one before.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(peak: Float, factor: Float = 0.1, milestones: [Int]) throws(ContrastiveError) {
    try OptimizerRange.atLeastZero(peak, "peak")
    try requireParameter(factor > 0 && factor <= 1, "factor", factor, "above 0, at most 1")
    try requireParameter(
      zip(milestones, milestones.dropFirst()).allSatisfy(<) && milestones.first ?? 0 >= 0,
      "milestones", milestones, "ascending steps from 0")
    self.peak = peak
    self.factor = factor
    self.milestones = milestones
  }

  /// The rate of a step, counted from 0.
  public func rate(at step: Int) -> Float {
    milestones.reduce(peak) { $1 <= step ? $0 * factor : $0 }
  }
}
