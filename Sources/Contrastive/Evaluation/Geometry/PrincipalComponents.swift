/// The directions in which rows vary most.
///
/// ```
/// covariance = Σ (x − mean)(x − mean)ᵀ / rows      components: its unit eigenvectors, by LAPACK
/// ```
/// Everything is in Double. A component is determined up to its sign; here its entry of largest
/// magnitude is positive.
package struct PrincipalComponents: Sendable, Equatable {
  /// Mean of the rows.
  package let mean: [Double]
  /// [count × D], the component of largest variance first.
  package let components: [[Double]]
  /// Share of the whole variance along each component; 0 when nothing varies.
  package let shares: [Double]

  /// The components of a set.
  ///
  /// Complexity: rows · D² + O(D³). Scratch: 8 · D · (D + 1,024) bytes for each worker.
  ///
  /// - Parameters:
  ///   - rows: [N × D].
  ///   - count: 1 … D.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, `.parameter`,
  ///   `.blas`.
  package init(
    of rows: Matrix, count: Int, workers: Workers = .all
  ) throws(ContrastiveError) {
    let dimension = rows.columns
    let mean = try Standardization(of: rows, argument: "rows", workers: workers).mean
    try requireParameter(1...dimension ~= count, "components", count, "1 … \(dimension)")
    let covariance = try rows.sumOfPieces(width: dimension * dimension, workers: workers) {
      piece, values, sums in
      for row in 0..<piece.count {
        for column in 0..<dimension { values[row * dimension + column] -= mean[column] }
      }
      BLAS.addGram(values, count: piece.count, columns: dimension, to: sums)
    }
    let (values, vectors) = try LAPACK.symmetricEigen(covariance, size: dimension)
    let total = values.reduce(0) { $0 + max(0, $1) }
    self.mean = mean
    components = (0..<count).map { Array(vectors[($0 * dimension)..<(($0 + 1) * dimension)]) }
    shares = values.prefix(count).map { total > 0 ? max(0, $0) / total : 0 }
  }

  /// The coordinates of rows along the components.
  ///
  /// - Parameter rows: [N × D].
  /// - Returns: N lists of as many numbers as there are components.
  /// - Throws: `ContrastiveError.shape` for another dimension.
  package func coordinates(of rows: Matrix) throws(ContrastiveError) -> [[Double]] {
    try requireShape(
      rows.columns == mean.count, "rows", rows.shape, "[\(rows.rows) × \(mean.count)]")
    return (0..<rows.rows).map { row in
      let centered = zip(rows.row(row), mean).map { Double($0) - $1 }
      return components.map { zip($0, centered).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }
}
