import ContrastiveCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The momentum of a moving-average encoder, step by step.
///
/// Constant, or rising from the base m₀ to 1 along half a cosine: with K steps in all, at step k
/// `1 − (1 − m₀) · (1 + cos(π · k / K)) / 2`. Grill et al., "Bootstrap your own latent", NeurIPS 2020,
/// appendix J.
public enum MomentumSchedule: Sendable, Equatable {
  /// The same in every step.
  case constant(Float)
  /// From the base to 1.
  case cosine(from: Float)

  /// The momentum of a step.
  ///
  /// - Parameters:
  ///   - step: counted from 0; past the last step the final momentum.
  ///   - steps: of the whole run.
  /// - Returns: a number in 0 … 1.
  public func momentum(at step: Int, of steps: Int) -> Float {
    switch self {
    case .constant(let momentum): return momentum
    case .cosine(let base):
      let progress = Double(min(max(step, 0), max(steps, 1))) / Double(max(steps, 1))
      return Float(1 - (1 - Double(base)) * (1 + cos(Double.pi * progress)) / 2)
    }
  }
}
