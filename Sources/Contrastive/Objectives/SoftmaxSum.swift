/// Σ exp((s − maximum)/temperature) of one row, in Double.
struct SoftmaxSum: Sendable, Equatable {
  /// The largest similarity; −∞ of none.
  var maximum = -Double.infinity
  /// Σ e with e = exp((s − maximum)/temperature).
  var sum = 0.0
  /// Σ e · (maximum − s).
  var spread = 0.0
}
