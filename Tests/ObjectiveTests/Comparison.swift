import Contrastive
import Testing
import _Reference

/// Largest difference over the largest magnitude expected.
///
/// Differences below 1e-30 count as none: Float32 has no more digits there.
func worstError(_ found: Matrix, _ expected: Rows) -> Double {
  guard found.rows == expected.count else { return .infinity }
  var difference = 0.0
  var magnitude = 0.0
  for (row, values) in expected.enumerated() {
    guard values.count == found.columns else { return .infinity }
    for (x, value) in zip(found.row(row), values) {
      let distance = abs(Double(x) - value)
      // A NaN must not hide behind a comparison.
      difference = distance.isNaN ? .infinity : max(difference, distance)
      magnitude = max(magnitude, abs(value))
    }
  }
  return difference <= 1e-30 ? 0 : difference / magnitude
}

/// |found − expected| / |expected|; 0 where they differ by less than 1e-30.
func relativeError(_ found: Double, _ expected: Double) -> Double {
  let distance = abs(found - expected)
  if distance.isNaN { return .infinity }
  return distance <= 1e-30 ? 0 : distance / abs(expected)
}

extension ObjectiveEntry {
  /// Expects the library to agree with the definition: the value within 2e-5, gradients within 1e-4
  /// of the largest, both times `slack`.
  static func expectAgreement(_ problem: Problem, slack: Double, _ comment: Comment) throws {
    let found = try evaluate(problem)
    let expected = try reference(problem)
    #expect(relativeError(found.loss, expected.loss) <= 2e-5 * slack, comment)
    for variable in variables(problem) {
      let name = variable.rawValue
      let gradient = try #require(found.gradients[name], comment)
      let reference = try #require(expected.gradients[name])
      #expect(worstError(gradient, reference) <= 1e-4 * slack, "\(comment) \(name)")
    }
    for (name, slope) in found.scalars {
      let reference = try #require(expected.scalars[name])
      #expect(relativeError(slope, reference) <= 1e-4 * slack, "\(comment) \(name)")
    }
    if let losses = found.losses, !losses.isEmpty {
      let mean = losses.reduce(0, +) / Double(losses.count)
      #expect(relativeError(mean, found.loss) <= 1e-12, "\(comment) losses")
    }
  }
}
