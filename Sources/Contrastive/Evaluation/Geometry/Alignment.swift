/// Alignment: how close the embeddings of the two views of an image are.
///
/// ```
/// mean over i of ‖x̂_i − ŷ_i‖^exponent        x̂, ŷ of unit length; 0 is perfect
/// ```
/// Source: Wang and Isola, "Understanding contrastive representation learning through alignment and
/// uniformity on the hypersphere", ICML 2020.
public struct Alignment: Sendable {
  /// The power of the distance; the paper's default is 2.
  package let exponent: Double
  /// What becomes of rows of zeros; kept, x̂ is 0.
  package let zeroRows: ZeroRows

  /// The measure.
  ///
  /// - Parameters:
  ///   - exponent: above 0.
  ///   - zeroRows: what becomes of rows of zeros; kept, x̂ is 0.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    exponent: Double = 2, zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) {
    try requireParameter(
      exponent > 0 && exponent.isFinite, "alignment exponent", exponent, "above 0")
    self.exponent = exponent
    self.zeroRows = zeroRows
  }

  /// The alignment of pairs.
  ///
  /// Complexity: O(rows · D), in Double.
  ///
  /// - Parameters:
  ///   - first: [N × D], one view of each image.
  ///   - second: [N × D], another view, in the same order.
  /// - Returns: a number in 0 … 2^exponent.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.zeroNorm`.
  public func value(_ first: Matrix, _ second: Matrix) throws(ContrastiveError) -> Double {
    let operand = Operand("first views", first)
    try operand.requireRows()
    try Operand("second views", second).requireShape(of: operand)
    let x = try first.normalized(argument: "first views", zeroRows: zeroRows).rows
    let y = try second.normalized(argument: "second views", zeroRows: zeroRows).rows
    let sum = (0..<first.rows).reduce(0.0) { sum, row in
      let square = x.squaredDistance(row, to: y, row)
      return sum + (exponent == 2 ? square : power(square, exponent / 2))
    }
    return sum / Double(first.rows)
  }

  /// The alignment of all pairs of different rows that share a label, for exponent 2.
  ///
  /// In closed form from the classes' sums: Σ ‖x̂_i − x̂_j‖² over the pairs of a class of n rows is
  /// 2 n² − 2 ‖Σ x̂‖². Complexity: O(rows · D).
  ///
  /// - Parameters:
  ///   - embeddings: [N × D].
  ///   - labels: N labels; rows of −1 are excluded.
  ///   - zeroRows: what becomes of rows of zeros; kept, x̂ is 0.
  /// - Returns: a number in 0 … 4, or nil when no two rows share a label.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.zeroNorm`.
  public static func ofClasses(
    _ embeddings: Matrix, labels: [Int], zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) -> Double? {
    try Operand("embeddings", embeddings).requireRows()
    try requireLabels(labels, count: embeddings.rows)
    let rows = try embeddings.normalized(zeroRows: zeroRows).rows
    let target = ClassPlaces(labels)
    let dimension = rows.columns
    var sums = [Double](repeating: 0, count: target.classes.count * dimension)
    var squares = [Double](repeating: 0, count: target.classes.count)
    var counts = [Double](repeating: 0, count: target.classes.count)
    for (row, place) in target.places.enumerated() where place != unlabeled {
      for (column, value) in rows.row(row).enumerated() {
        sums[place * dimension + column] += Double(value)
        squares[place] += Double(value) * Double(value)
      }
      counts[place] += 1
    }
    var (total, pairs) = (0.0, 0.0)
    for place in counts.indices {
      let own = sums[(place * dimension)..<((place + 1) * dimension)]
      total += 2 * counts[place] * squares[place] - 2 * own.reduce(0) { $0 + $1 * $1 }
      pairs += counts[place] * (counts[place] - 1)
    }
    return pairs > 0 ? max(0, total / pairs) : nil
  }
}
