import CLibrary
import ContrastiveCore

/// How the momentum of a moving-average encoder goes over a run.
public enum MomentumSchedule: String, Sendable, Codable, CaseIterable {
  /// The same in every step, as in MoCo.
  case constant
  /// From a base m₀ to 1 along half a cosine: with K steps in all, at step k
  /// `1 − (1 − m₀) · (1 + cos(π · k / K)) / 2` (Grill et al., "Bootstrap your own latent", NeurIPS
  /// 2020, §3.2).
  case cosine

  /// The momentum of a step.
  ///
  /// - Parameters:
  ///   - base: m₀, 0 … 1.
  ///   - step: counted from 0; past the last step the final momentum.
  ///   - steps: of the whole run.
  /// - Returns: a number in 0 … 1.
  public func momentum(from base: Float, at step: Int, of steps: Int) -> Float {
    switch self {
    case .constant: return base
    case .cosine:
      let progress = Double(min(max(step, 0), max(steps, 1))) / Double(max(steps, 1))
      return Float(1 - (1 - Double(base)) * (1 + cos(Double.pi * progress)) / 2)
    }
  }
}
