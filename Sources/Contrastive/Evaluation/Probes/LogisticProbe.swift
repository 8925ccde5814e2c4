/// A linear probe by multinomial logistic regression.
///
/// On standardized features z, minimizes in Double, by L-BFGS from zero,
/// ```
/// Σ_i [ log Σ_c exp(score_c) − score_own ] / N + penalty · ‖W‖² / (2 N)      score = W z + b
/// ```
/// The penalty leaves the intercepts out; 1 is the usual inverse strength "C = 1". The minimum is
/// unique up to a constant in the intercepts, which the start at zero fixes.
public struct LogisticProbe: Sendable {
  /// Weight of ‖W‖² / 2 beside the sum over all rows.
  package let penalty: Double
  /// The largest gradient component at which the minimum counts as found.
  package let tolerance: Double
  /// Most iterations.
  package let iterations: Int

  /// A probe.
  ///
  /// - Parameters:
  ///   - penalty: 0 or more.
  ///   - tolerance: above 0.
  ///   - iterations: 1 or more.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    penalty: Double = 1, tolerance: Double = 1e-4, iterations: Int = 500
  ) throws(ContrastiveError) {
    try requireParameter(penalty >= 0 && penalty.isFinite, "logistic-penalty", penalty, "0 or more")
    try requireParameter(
      tolerance > 0 && tolerance.isFinite, "logistic tolerance", tolerance, "above 0")
    try requireParameter(iterations > 0, "logistic iterations", iterations, "1 or more")
    self.penalty = penalty
    self.tolerance = tolerance
    self.iterations = iterations
  }

  /// A fitted classifier and how it was found.
  public struct Fit: Sendable {
    /// The classifier, for features that are not standardized.
    public let classifier: LinearClassifier
    /// The objective reached.
    package let loss: Double
    /// Iterations taken.
    package let iterations: Int
    /// Whether the gradient fell below the tolerance.
    public let isConverged: Bool
  }

  /// Fits the classifier.
  ///
  /// Complexity: 4 · rows · classes · D operations for each of usually 1.1 evaluations an
  /// iteration. Scratch: 8 · 1,024 · (D + classes) bytes for each worker and 160 · classes · D for
  /// the history.
  ///
  /// - Parameters:
  ///   - features: [N × D].
  ///   - labels: N labels; rows of −1 are excluded.
  ///   - argument: the name of the features in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the classifier and how it was found.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, `.parameter` for
  ///   labels that are all −1, `.canceled`.
  public func fit(
    _ features: Matrix, labels: [Int], argument: String = "features", workers: Workers = .all
  ) throws(ContrastiveError) -> Fit {
    let known = try LabeledRows(features, labels: labels)
    let (features, target) = (known.rows, ClassPlaces(known.labels))
    let scaling = try Standardization(of: features, argument: argument, workers: workers)
    let (dimension, count) = (features.columns, target.classes.count)
    let size = count * dimension
    let minimum = try LBFGS(tolerance: tolerance, iterations: iterations).minimize(
      from: [Double](repeating: 0, count: size + count)
    ) { parameters throws(ContrastiveError) in
      try objective(parameters, features, target, scaling, workers)
    }
    return Fit(
      classifier: LinearClassifier(
        classes: target.classes, standardized: Array(minimum.point[..<size]),
        intercepts: Array(minimum.point[size...]), scaling),
      loss: minimum.value, iterations: minimum.iterations, isConverged: minimum.isConverged)
  }

  /// The objective at weights [classes × D] followed by intercepts, and its gradient.
  private func objective(
    _ parameters: [Double], _ features: Matrix, _ target: ClassPlaces, _ scaling: Standardization,
    _ workers: Workers
  ) throws(ContrastiveError) -> (value: Double, gradient: [Double]) {
    let (dimension, count) = (features.columns, target.classes.count)
    let size = count * dimension
    var gradient = try features.sumOfPieces(width: size + count + 1, workers: workers) {
      rows, values, sums in
      scaling.apply(to: values, rows: rows.count)
      var scores = [Double](repeating: 0, count: rows.count * count)
      scores.withUnsafeMutableBufferPointer { buffer in
        guard let scores = buffer.baseAddress else { return }
        for row in 0..<rows.count {
          for place in 0..<count { scores[row * count + place] = parameters[size + place] }
        }
        BLAS.gemm(
          .plain, .transposed, rows: rows.count, columns: count, depth: dimension, values,
          parameters, beta: 1, into: scores)
        var loss = 0.0
        for row in 0..<rows.count {
          loss += Self.residual(
            scores + row * count, count: count, own: target.places[rows.lowerBound + row])
        }
        sums[size + count] += loss
        BLAS.gemm(
          .transposed, .plain, rows: count, columns: dimension, depth: rows.count, scores, values,
          beta: 1, into: sums)
        for row in 0..<rows.count {
          for place in 0..<count { sums[size + place] += scores[row * count + place] }
        }
      }
    }
    let share = 1 / Double(features.rows)
    var value = share * gradient.removeLast()
    for position in gradient.indices {
      gradient[position] *= share
      guard position < size else { continue }
      value += 0.5 * penalty * share * parameters[position] * parameters[position]
      gradient[position] += penalty * share * parameters[position]
    }
    return (value, gradient)
  }

  /// Replaces the scores of a row by probabilities less the one-hot label; returns its loss.
  private static func residual(
    _ scores: UnsafeMutablePointer<Double>, count: Int, own: Int
  ) -> Double {
    var top = scores[0]
    for place in 1..<max(1, count) where scores[place] > top { top = scores[place] }
    let margin = top - scores[own]
    var sum = 0.0
    for place in 0..<count {
      scores[place] = exponential(scores[place] - top)
      sum += scores[place]
    }
    for place in 0..<count { scores[place] /= sum }
    scores[own] -= 1
    return margin + logarithm(sum)
  }
}
