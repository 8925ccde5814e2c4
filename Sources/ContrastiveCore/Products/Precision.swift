/// What similarities, and the coefficients of a gradient, are multiplied in.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// Float32.
  case float32
  /// Codes of 16 bits with exact sums of 32.
  ///
  /// A row has a scale of its own. What rounding to codes leaves of each row is measured, so that
  /// the loss comes with a certified bound of its error. Codes, sums and what follows from them are
  /// the same on every instruction set.
  case int16
}

extension Workers {
  /// The same workers for a call that multiplies in another precision.
  ///
  /// It concerns losses that say they can; searches among them, which decide in Double, are as
  /// ever.
  package func computing(in precision: Precision) -> Workers {
    var workers = self
    workers.precision = precision
    return workers
  }
}
