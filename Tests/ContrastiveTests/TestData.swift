import Contrastive
import _Reference

/// Seeded inputs, and comparisons with the Double references.
enum TestData {
  /// Rows with elements in [−1, 1), of unit length unless said otherwise.
  static func embeddings(
    _ rows: Int, _ dimension: Int, seed: UInt64, unit: Bool = true
  ) throws -> Matrix {
    var random = CounterRandom(seed: seed, stream: UInt64(rows * 10_007 + dimension))
    let values = (0..<(rows * dimension)).map { _ in random.uniform(-1, 1) }
    let matrix = try Matrix(rows: rows, columns: dimension, values: values)
    return unit ? try matrix.normalized().rows : matrix
  }

  /// Unit rows that differ from those given by noise of relative size `noise`.
  static func near(_ matrix: Matrix, noise: Float, seed: UInt64) throws -> Matrix {
    let other = try embeddings(matrix.rows, matrix.columns, seed: seed)
    let values = zip(matrix.values, other.values).map { $0 + noise * $1 }
    return try Matrix(rows: matrix.rows, columns: matrix.columns, values: values).normalized().rows
  }
}

extension Matrix {
  var doubles: Rows { (0..<rows).map { row($0).map(Double.init) } }
}

/// Largest difference over the largest magnitude expected.
///
/// Differences below 1e-30 count as none:
/// Float32 has no more digits there.
func worstError(_ found: Matrix, _ expected: Rows) -> Double {
  var difference = 0.0
  var magnitude = 0.0
  for (row, values) in expected.enumerated() {
    for (column, value) in values.enumerated() {
      let distance = abs(Double(found[row, column]) - value)
      // A NaN must not hide behind a comparison.
      difference = distance.isNaN ? .infinity : max(difference, distance)
      magnitude = max(magnitude, abs(value))
    }
  }
  return difference <= 1e-30 ? 0 : difference / magnitude
}

/// |found − expected| / |expected|; 0 where both are 0.
func relativeError(_ found: Double, _ expected: Double) -> Double {
  found == expected ? 0 : abs(found - expected) / abs(expected)
}
