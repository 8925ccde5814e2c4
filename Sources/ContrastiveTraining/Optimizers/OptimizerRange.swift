import ContrastiveCore

/// The ranges that optimizers refuse to leave, in one place.
enum OptimizerRange {
  static func share(_ value: Float, _ name: String) throws(ContrastiveError) {
    try requireParameter(0..<1 ~= value, name, value, "0 ..< 1")
  }

  static func atLeastZero(_ value: Float, _ name: String) throws(ContrastiveError) {
    try requireParameter(value.isFinite && value >= 0, name, value, "0 or more")
  }

  static func aboveZero(_ value: Float, _ name: String) throws(ContrastiveError) {
    try requireParameter(value.isFinite && value > 0, name, value, "above 0")
  }
}
