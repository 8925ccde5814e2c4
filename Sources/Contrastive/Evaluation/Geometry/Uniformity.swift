/// Uniformity: how evenly embeddings lie on the sphere.
///
/// ```
/// log of the mean over i ≠ j of exp(−t ‖x̂_i − x̂_j‖²)    x̂ of unit length; 0 is a single point
/// ```
/// Source: Wang and Isola, "Understanding contrastive representation learning through alignment and
/// uniformity on the hypersphere", ICML 2020.
public struct Uniformity: Sendable {
  /// Sharpness of the kernel; the paper's default is 2.
  package let t: Double
  /// What becomes of rows of zeros; kept, x̂ is 0.
  package let zeroRows: ZeroRows

  /// The measure.
  ///
  /// - Parameters:
  ///   - t: 1e-3 … 1e3.
  ///   - zeroRows: what becomes of rows of zeros; kept, x̂ is 0.
  /// - Throws: `ContrastiveError.parameter`.
  public init(t: Double = 2, zeroRows: ZeroRows = .refuse) throws(ContrastiveError) {
    try requireParameter(1e-3...1e3 ~= t, "uniformity t", t, "1e-3 … 1e3")
    self.t = t
    self.zeroRows = zeroRows
  }

  /// The uniformity of a set, over all its pairs.
  ///
  /// On unit rows −t ‖x − y‖² = 2 t (⟨x, y⟩ − 1), so that this is a log-sum-exp of each row over
  /// the others: one pass over tiles, each pair once. Complexity: N² · D operations and N²
  /// exponentials. Scratch: the tiles and 20 bytes a row; no N × N matrix.
  ///
  /// - Parameters:
  ///   - embeddings: [N × D], at least 2 rows.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number of 0 (one point) or less.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.zeroNorm`.
  public func value(
    of embeddings: Matrix, workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    try Operand("embeddings", embeddings).requireRows()
    try requireShape(embeddings.rows > 1, "embeddings", embeddings.shape, "at least 2 rows")
    let unit = try embeddings.normalized(zeroRows: zeroRows)
    let directed = unit.norms.indices.filter { unit.norms[$0] > 0 }
    let zeros = embeddings.rows - directed.count
    let rows = zeros == 0 ? unit.rows : unit.rows.rows(at: directed)
    let blocks =
      rows.rows > 1
      ? try SymmetricPass(Operand("embeddings", rows)).read(
        SoftmaxReader(temperature: 1 / (2 * t), excluding: [.diagonal]), workers: workers) : []
    // Relative to the largest similarity of all, as only the mean's logarithm is wanted.
    let top = blocks.flatMap(\.maximum).max().map(Double.init) ?? 0
    var sum = 0.0
    for block in blocks {
      for (maximum, own) in zip(block.maximum, block.sum) {
        sum += own * exponential(2 * t * (Double(maximum) - top))
      }
    }
    let pairs = Double(embeddings.rows) * Double(embeddings.rows - 1)
    guard zeros > 0 else { return min(0, 2 * t * (top - 1) + logarithm(sum / pairs)) }
    // A row of zeros is at distance 1 from unit rows and 0 from another.
    var all = LogSumExp()
    for logSum in [
      logarithm(sum) + 2 * t * (top - 1), logarithm(2 * Double(zeros) * Double(rows.rows)) - t,
      logarithm(Double(zeros) * Double(zeros - 1)),
    ] { all.add(LogSumExp(logSum: logSum, mean: 0)) }
    return min(0, all.logSum - logarithm(pairs))
  }
}
