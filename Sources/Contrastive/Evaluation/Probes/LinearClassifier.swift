/// A linear classifier of features: the class of the largest score wins, the first on a tie.
///
/// ```
/// score_c = ⟨weights_c, x⟩ + intercept_c
/// ```
public struct LinearClassifier: Sendable, Equatable {
  /// The labels it tells apart, ascending.
  public let classes: [Int64]
  /// [classes × D], row-major.
  public let weights: [Double]
  /// One number for each class.
  public let intercepts: [Double]

  /// Number of features.
  public var dimension: Int { weights.count / max(1, classes.count) }

  /// Weights found on standardized features, for features as they are.
  init(
    classes: [Int64], standardized weights: [Double], intercepts: [Double],
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
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`.
  public func classify(
    _ features: Matrix, workers: Workers = .all
  ) throws(ContrastiveError) -> [Int64] {
    let operand = Operand("features", features)
    try operand.requireRows()
    try operand.requireFinite()
    try BLAS.prepare()
    guard features.columns == dimension else {
      throw .shape(
        argument: "features", found: features.shape,
        expected: "[\(features.rows) × \(dimension)], the dimension of the weights")
    }
    var found = [Int](repeating: 0, count: features.rows)
    found.withUnsafeMutableBufferPointer { found in
      let found = SharedMemory(found)
      let count = classes.count
      _ = features.sumOfPieces(width: 0, workers: workers) { rows, values, _ in
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
  ///   - labels: N labels; one that is not among the classes is never got right.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number in 0 … 1.
  /// - Throws: `ContrastiveError` as `classify`, and `.shape` for the labels.
  public func accuracy(
    _ features: Matrix, labels: [Int64], workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    try requireLabels(labels, of: features, named: "labels")
    let found = try classify(features, workers: workers)
    return Double(zip(found, labels).count { $0 == $1 }) / Double(labels.count)
  }
}

/// Checks that there is a label for each row.
func requireLabels(
  _ labels: [Int64], of features: Matrix, named name: String
) throws(ContrastiveError) {
  guard labels.count == features.rows else {
    throw .shape(
      argument: name, found: "[\(labels.count)]", expected: "[\(features.rows)], one for each row")
  }
}

/// The distinct labels, ascending, and the place of each row's label among them.
struct ClassPlaces {
  let classes: [Int64]
  let places: [Int]

  init(_ labels: [Int64]) {
    let classes = Set(labels).sorted()
    let place = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    self.classes = classes
    places = labels.map { place[$0, default: 0] }
  }
}
