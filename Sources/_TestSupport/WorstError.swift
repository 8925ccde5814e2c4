import ContrastiveCore
import Testing

/// Largest difference over the largest magnitude expected; infinite where nothing is expected,
/// where the numbers of elements differ, and for a NaN.
///
/// Differences below 1e-30 count as none: Float32 has no more digits there.
public func worstError(
  _ found: some Collection<some BinaryFloatingPoint>, _ expected: some Collection<Double>
) -> Double {
  guard !expected.isEmpty, found.count == expected.count else { return .infinity }
  var difference = 0.0
  var magnitude = 0.0
  for (x, value) in zip(found, expected) {
    // Equal infinities agree.
    let distance = Double(x) == value ? 0 : abs(Double(x) - value)
    // A NaN must not hide behind a comparison.
    difference = distance.isNaN ? .infinity : max(difference, distance)
    magnitude = value.isFinite ? max(magnitude, abs(value)) : magnitude
  }
  guard difference.isFinite else { return .infinity }
  return difference <= 1e-30 ? 0 : difference / magnitude
}

/// Largest difference over the largest magnitude expected; infinite where nothing is expected,
/// where the shapes differ, and for a NaN.
public func worstError(_ found: Matrix, _ expected: [[Double]]) -> Double {
  guard found.rows == expected.count, expected.allSatisfy({ $0.count == found.columns })
  else { return .infinity }
  return worstError(found.values, expected.joined().map(\.self))
}

/// |found − expected| / |expected|; 0 where they differ by less than 1e-30, infinite for a NaN.
public func relativeError(_ found: Double, _ expected: Double) -> Double {
  worstError([found], [expected])
}

/// Expects the worst error to be at most `tolerance`, and says what it is otherwise.
public func expectClose(
  _ found: some Collection<some BinaryFloatingPoint>, _ expected: some Collection<Double>,
  within tolerance: Double, _ comment: Comment = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let worst = worstError(found, expected)
  #expect(
    worst <= tolerance, "worst error \(worst); \(comment)", sourceLocation: sourceLocation)
}

/// Expects the worst error to be at most `tolerance`, and says what it is otherwise.
public func expectClose(
  _ found: Matrix, _ expected: [[Double]], within tolerance: Double, _ comment: Comment = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let worst = worstError(found, expected)
  #expect(
    worst <= tolerance, "worst error \(worst); \(comment)", sourceLocation: sourceLocation)
}
