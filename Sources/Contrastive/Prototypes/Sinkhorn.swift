/// Sinkhorn–Knopp codes: scores turned into soft assignments that use all prototypes alike.
///
/// With A = scores / ε and w = 0, n times
/// ```
/// u_k = log Σ_b exp(A_bk − w_b)        every prototype gets the same mass
/// w_b = log Σ_k exp(A_bk − u_k)        every row sums to 1
/// ```
/// and the codes are exp(A − u − w). That is the usual alternating normalization of exp(A) in
/// logarithms: no ε above 0 overflows. Without an iteration the codes are B · exp(A) / ΣΣ exp(A),
/// of mean 1 / K, and rows do not sum to 1.
///
/// Exponents and sums are in Double, each exponential has Float32 digits. After the first iteration
/// no column and no row is nearly empty, and further ones are products instead of exponentials;
/// factors that grow beyond a million go back into the logarithms.
///
/// Source: Caron et al., "Unsupervised learning of visual features by contrasting cluster
/// assignments", NeurIPS 2020; Cuturi, "Sinkhorn distances", NIPS 2013.
public struct Sinkhorn: Sendable, Equatable {
  /// Divides the scores; the smaller, the harder the codes.
  package let epsilon: Float
  /// Times to normalize prototypes, then rows.
  package let iterations: Int

  /// What to do.
  ///
  /// - Parameters:
  ///   - epsilon: above 0.
  ///   - iterations: 0 or more.
  /// - Throws: `ContrastiveError.parameter`.
  public init(epsilon: Float = 0.05, iterations: Int = 3) throws(ContrastiveError) {
    try requireParameter(epsilon > 0 && epsilon.isFinite, "epsilon", epsilon, "above 0")
    try requireParameter(iterations >= 0, "iterations", iterations, "0 or more")
    self.epsilon = epsilon
    self.iterations = iterations
  }

  /// The codes of the rows.
  ///
  /// Complexity: O(iterations · B · K), two exponentials an element, in the first iteration. Memory
  /// beyond the result: 16 · K · ⌈B / 64⌉ bytes and 16 · (B + K), and 4 · B · K where only some
  /// rows are wanted.
  ///
  /// - Parameters:
  ///   - scores: [B × K]; those of a queue, if there is one, come first.
  ///   - rows: for which rows codes are wanted, such as those after a queue's; all by default.
  ///   - argument: the name of the scores in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [rows × K], in order.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge` for a score beyond
  ///   2⁴⁴ ε, whose exponent has too few digits left, `.canceled`, and `.index` for rows that there
  ///   are not.
  public func codes(
    _ scores: Matrix, rows: Range<Int>? = nil, argument: String = "scores",
    workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    let operand = Operand(argument, scores)
    try operand.requireRows()
    try operand.requireMagnitude(min(operand.limit, epsilon * 0x1p44), workers)
    let wanted = rows ?? 0..<scores.rows
    guard wanted.lowerBound >= 0, wanted.upperBound <= scores.rows else {
      throw .index(
        argument: "rows", position: 0, found: "\(wanted)", expected: "within 0 ..< \(scores.rows)")
    }
    var potentials = SinkhornPotentials(
      scores: scores, inverse: 1 / Double(epsilon), workers: workers)
    guard iterations > 0 else {
      potentials.normalizeTotal()
      return potentials.codes(wanted)
    }
    let first = potentials.normalize()
    try workers.checkAnyCanceled()
    guard iterations > 1 else {
      return wanted == 0..<scores.rows ? first : first.rows(wanted)
    }
    // Handed over, or changing the codes would copy them.
    var scaled = ScaledCodes(consume first, workers: workers)
    for _ in 2..<iterations {
      scaled.normalize()
      try workers.checkAnyCanceled()
      guard scaled.isStretched else { continue }
      potentials.divide(byRows: scaled.rows, columns: scaled.columns)
      scaled = ScaledCodes(potentials.codes(0..<scores.rows), workers: workers)
    }
    let codes = (consume scaled).normalized(wanted)
    try workers.checkAnyCanceled()
    return codes
  }
}
