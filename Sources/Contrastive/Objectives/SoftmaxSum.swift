/// A running Σ exp((s − maximum)/temperature) of one row, in Double.
struct SoftmaxSum: Sendable, Equatable {
  /// A similarity that none so far is above; −∞ before the first.
  var maximum = -Double.infinity
  /// Σ e with e = exp((s − maximum)/temperature).
  var sum = 0.0
  /// Σ e · (maximum − s).
  var spread = 0.0

  /// Prepares for similarities up to `top`; returns the factor for what was accumulated before.
  mutating func raise(to top: Double, temperature: Double) -> Double {
    guard top > maximum else { return 1 }
    guard sum > 0 else {
      maximum = top
      return 1
    }
    let factor = exponential((maximum - top) / temperature)
    spread = factor * (spread + sum * (top - maximum))
    sum *= factor
    maximum = top
    return factor
  }

  /// Adds `count` terms of a similarity that is not above the maximum; returns their e.
  mutating func add(_ similarity: Double, count: Double = 1, temperature: Double) -> Double {
    let term = count * exponential((similarity - maximum) / temperature)
    sum += term
    spread += term * (maximum - similarity)
    return term
  }
}
