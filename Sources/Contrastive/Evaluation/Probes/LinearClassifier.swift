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
    let found = try eachRow(of: features, argument: "features", workers: workers) { _, scores in
      scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
    return found.map { classes[$0] }
  }

  /// A number of each row, from its index and the scores of its classes.
  private func eachRow(
    of features: Matrix, argument: String, workers: Workers,
    _ body: @Sendable (_ row: Int, _ scores: UnsafeBufferPointer<Double>) -> Int
  ) throws(ContrastiveError) -> [Int] {
    let operand = Operand(argument, features)
    try operand.requireRows()
    try operand.requireNumbers()
    try BLAS.prepare()
    try requireShape(
      features.columns == dimension, argument, features.shape,
      "[\(features.rows) × \(dimension)], the dimension of the weights")
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
          for place in 0..<count { scores[row * count + place] += intercepts[place] }
          scores.withUnsafeBufferPointer { scores in
            found[rows.lowerBound + row] = body(
              rows.lowerBound + row,
              UnsafeBufferPointer(rebasing: scores[(row * count)..<((row + 1) * count)]))
          }
        }
      }
    }
    return found
  }

  /// The share of rows whose label is among the `top` classes of the largest scores.
  ///
  /// - Parameters:
  ///   - features: [N × D].
  ///   - labels: N labels; rows of −1 do not count, and a label that is not among the classes is
  ///     never got right.
  ///   - top: how many classes of a row count as right if its own is among them, 1 or more.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number in 0 … 1.
  /// - Throws: `ContrastiveError` as `classify`, and for the labels `.shape`, or `.parameter` when
  ///   all are −1 or `top` is below 1.
  public func accuracy(
    _ features: Matrix, labels: [Int], top: Int = 1, workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    try requireParameter(top > 0, "top", top, "at least 1")
    return try ranks(features, labels: labels, workers: workers).accuracy(top: top)
  }

  /// The place of each labeled row's label among the classes, by score.
  ///
  /// - Parameters:
  ///   - features: [N × D].
  ///   - labels: N labels; rows of −1 do not count.
  ///   - argument: the name of the features in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the places; a label that is not among the classes has none.
  /// - Throws: `ContrastiveError` as `accuracy`.
  package func ranks(
    _ features: Matrix, labels: [Int], argument: String = "features", workers: Workers = .all
  ) throws(ContrastiveError) -> LabelRanks {
    let known = try LabeledRows(features, labels: labels)
    let place = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    let own = known.labels.map { place[$0] ?? -1 }
    let found = try eachRow(of: known.rows, argument: argument, workers: workers) { row, scores in
      own[row] < 0 ? -1 : LabelRanks.rank(of: own[row], in: scores)
    }
    return LabelRanks(ranks: found.map { $0 < 0 ? nil : $0 }, classes: classes.count)
  }
}
