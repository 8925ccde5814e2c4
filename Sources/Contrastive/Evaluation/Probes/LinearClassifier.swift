/// A linear classifier of features: the class of the largest score wins, the first on a tie.
///
/// ```
/// score_c = ⟨weights_c, x⟩ + intercept_c
/// ```
public struct LinearClassifier: Sendable, Equatable {
  /// The labels it tells apart, ascending.
  public let classes: [Int]
  /// [classes × D], row-major.
  public let weights: [Double]
  /// One number for each class.
  public let intercepts: [Double]

  /// Number of features.
  var dimension: Int { weights.count / max(1, classes.count) }

  /// Weights found on standardized features, for features as they are.
  init(
    classes: [Int], standardized weights: [Double], intercepts: [Double],
    _ scaling: Standardization
  ) {
    let dimension = scaling.dimension
    let raw = classes.indices.map {
      scaling.unscaled(
        weights: weights[($0 * dimension)..<(($0 + 1) * dimension)], intercept: intercepts[$0])
    }
    self.classes = classes
    self.weights = raw.flatMap(\.weights)
    self.intercepts = raw.map(\.intercept)
  }

  /// The class of each row.
  ///
  /// Complexity: 2 · rows · classes · D operations in Double.
  ///
  /// - Parameters:
  ///   - features: [N × D].
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: N labels.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`,
  ///   `.canceled`.
  public func classify(
    _ features: Matrix, workers: Workers = .all
  ) throws(ContrastiveError) -> [Int] {
    let operand = Operand("features", features)
    try operand.requireRows()
    try operand.requireFinite()
    try BLAS.prepare()
    guard features.columns == dimension else {
      throw .shape(
        argument: "features", found: features.shape,
        expected: "[\(features.rows) × \(dimension)], the dimension of the weights")
    }
    let count = classes.count
    var found = [Int](repeating: 0, count: features.rows)
    try found.withUnsafeMutableBufferPointer { found throws(ContrastiveError) in
      let found = SharedMemory(found)
      _ = try features.sumOfPieces(width: 0, workers: workers) { rows, values, _ in
        var scores = [Double](repeating: 0, count: rows.count * count)
        BLAS.gemm(
          .plain, .transposed, rows: rows.count, columns: count, depth: dimension, values, weights,
          into: &scores)
        for row in 0..<rows.count {
          var (best, top) = (0, -Double.infinity)
          for place in 0..<count {
            let score = scores[row * count + place] + intercepts[place]
            if score > top { (best, top) = (place, score) }
          }
          found[rows.lowerBound + row] = best
        }
      }
    }
    return found.map { classes[$0] }
  }

  /// The share of rows that get their label.
  ///
  /// - Parameters:
  ///   - features: [N × D].
  ///   - labels: N labels; rows of −1 do not count, and a label that is not among the classes is
  ///     never got right.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number in 0 … 1.
  /// - Throws: `ContrastiveError` as `classify`, and for the labels `.shape`, or `.parameter` when
  ///   all are −1.
  public func accuracy(
    _ features: Matrix, labels: [Int], workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    let known = try LabeledRows(features, labels: labels)
    let found = try classify(known.rows, workers: workers)
    return Double(zip(found, known.labels).count { $0 == $1 }) / Double(found.count)
  }
}
