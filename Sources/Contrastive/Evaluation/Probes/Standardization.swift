/// Mean and deviation of each feature, to give all features one scale.
///
/// ```
/// z = (x − mean) / deviation        deviation² = Σ (x − mean)² / rows
/// ```
/// A feature that never changes becomes 0.
package struct Standardization: Sendable, Equatable {
  /// Mean of each feature.
  package let mean: [Double]
  /// Deviation of each feature, 0 for one that never changes.
  package let deviation: [Double]
  private let inverse: [Double]

  /// The statistics of some rows, in Double and two passes.
  package init(
    of features: Matrix, argument: String = "features", workers: Workers = .all
  ) throws(ContrastiveError) {
    let operand = Operand(argument, features)
    try operand.requireRows()
    try operand.requireNumbers()
    try BLAS.prepare()
    let dimension = features.columns
    let count = Double(features.rows)
    let sums = try features.sumOfPieces(width: dimension, workers: workers) { rows, values, sums in
      for row in 0..<rows.count {
        let own = values + row * dimension
        for column in 0..<dimension { sums[column] += own[column] }
      }
    }
    let mean = sums.map { $0 / count }
    let squares = try features.sumOfPieces(width: dimension, workers: workers) {
      rows, values, sums in
      mean.withUnsafeBufferPointer { mean in
        for row in 0..<rows.count {
          let own = values + row * dimension
          for column in 0..<dimension {
            let distance = own[column] - mean[column]
            sums[column] += distance * distance
          }
        }
      }
    }
    self.mean = mean
    deviation = zip(squares, mean).map { square, mean in
      let deviation = (square / count).squareRoot()
      // What rounding leaves of a constant.
      return deviation > 1e-12 * abs(mean) ? deviation : 0
    }
    inverse = deviation.map { $0 > 0 ? 1 / $0 : 0 }
  }

  /// Number of features.
  package var dimension: Int { mean.count }

  /// Standardizes rows in place.
  func apply(to values: UnsafeMutablePointer<Double>, rows: Int) {
    mean.withUnsafeBufferPointer { mean in
      inverse.withUnsafeBufferPointer { inverse in
        for row in 0..<rows {
          let own = values + row * mean.count
          for column in 0..<mean.count {
            own[column] = (own[column] - mean[column]) * inverse[column]
          }
        }
      }
    }
  }

  /// Weights and intercept that do on raw features what these do on standardized ones.
  func unscaled(
    weights: ArraySlice<Double>, intercept: Double
  ) -> (weights: [Double], intercept: Double) {
    let raw = zip(weights, inverse).map { $0 * $1 }
    return (raw, zip(raw, mean).reduce(intercept) { $0 - $1.0 * $1.1 })
  }
}
