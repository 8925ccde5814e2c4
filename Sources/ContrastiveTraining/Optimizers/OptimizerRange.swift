import ContrastiveCore

/// The ranges that optimizers refuse to leave, in one place.
enum OptimizerRange {
  static func share(_ value: Float, _ name: String) throws(ContrastiveError) {
    guard 0..<1 ~= value else {
      throw .parameter(name: name, found: "\(value)", expected: "0 ..< 1")
    }
  }

  static func atLeastZero(_ value: Float, _ name: String) throws(ContrastiveError) {
    guard value.isFinite, value >= 0 else {
      throw .parameter(name: name, found: "\(value)", expected: "0 or more")
    }
  }

  static func aboveZero(_ value: Float, _ name: String) throws(ContrastiveError) {
    guard value.isFinite, value > 0 else {
      throw .parameter(name: name, found: "\(value)", expected: "above 0")
    }
  }
}
