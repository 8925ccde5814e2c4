/// A linear probe by ridge regression on one-hot labels, in closed form.
///
/// On standardized features Z and one-hot labels Y,
/// ```
/// intercept_c = share of class c
/// (Zᵀ Z + penalty · I) weights_c = Zᵀ (y_c − intercept_c)      by Cholesky
/// ```
/// which minimizes Σ ‖y − W z − b‖² + penalty · ‖W‖². Targets of ±1, as some use, give the same
/// decisions. Everything is in Double.
public struct RidgeProbe: Sendable {
  /// Weight of ‖W‖² beside the sum over all rows.
  package let penalty: Double

  /// A probe.
  ///
  /// - Parameter penalty: 0 or more.
  /// - Throws: `ContrastiveError.parameter`.
  public init(penalty: Double = 1) throws(ContrastiveError) {
    try requireParameter(penalty >= 0 && penalty.isFinite, "ridge-penalty", penalty, "0 or more")
    self.penalty = penalty
  }

  /// Fits the classifier.
  ///
  /// Complexity: rows · D² + D³/3 operations. Scratch: 8 · D · (D + classes + 1,024) bytes for each
  /// worker.
  ///
  /// - Parameters:
  ///   - features: [N × D].
  ///   - labels: N labels; rows of −1 are excluded.
  ///   - argument: the name of the features in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the classifier, for features that are not standardized.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, and `.parameter`
  ///   for labels that are all −1 or a penalty too small to make the equations solvable;
  ///   `.canceled`.
  public func fit(
    _ features: Matrix, labels: [Int], argument: String = "features", workers: Workers = .all
  ) throws(ContrastiveError) -> LinearClassifier {
    let known = try LabeledRows(features, labels: labels)
    let (features, target) = (known.rows, ClassPlaces(known.labels))
    let scaling = try Standardization(of: features, argument: argument, workers: workers)
    let (dimension, count) = (features.columns, target.classes.count)
    let size = dimension * dimension
    // Zᵀ Z, then Zᵀ Y by classes, then the classes' sizes.
    let sums = try features.sumOfPieces(
      width: size + count * dimension + count, workers: workers
    ) { rows, values, sums in
      scaling.apply(to: values, rows: rows.count)
      BLAS.addGram(values, count: rows.count, columns: dimension, to: sums)
      for row in 0..<rows.count {
        let place = target.places[rows.lowerBound + row]
        let (own, sum) = (values + row * dimension, sums + (size + place * dimension))
        for column in 0..<dimension { sum[column] += own[column] }
        sums[size + count * dimension + place] += 1
      }
    }
    var gram = Array(sums[..<size])
    for column in 0..<dimension {
      // A feature that never changes is excluded.
      let isConstant = scaling.deviation[column] == 0
      gram[column * dimension + column] =
        isConstant ? 1 : gram[column * dimension + column] + penalty
    }
    // Standardized features sum to zero, so the shares of the classes cancel in Zᵀ (y − share).
    let rightSides = Array(sums[size..<(size + count * dimension)])
    let solution = try LAPACK.solvePositiveDefinite(
      gram, size: dimension, rightSides: rightSides)
    guard let weights = solution else {
      throw .parameter(
        name: "ridge-penalty", found: "\(penalty)",
        expected: "more: features that depend on each other leave the equations unsolvable")
    }
    return LinearClassifier(
      classes: target.classes, standardized: weights,
      intercepts: sums[(size + count * dimension)...].map { $0 / Double(features.rows) }, scaling)
  }
}
