/// CNS, conditional negative sampling: InfoNCE whose negatives are a ring of the bank's rows.
///
/// With u_ij = ⟨query_i, bank_j⟩ / temperature, the ring R_i of the bank rows whose similarity to
/// query i has a rank in `Ring.ranks`, and own key k_i,
/// ```
/// loss = mean_i  log( 1 + Σ_{j ∈ R_i} exp(u_ij − u_i,own) )
/// ```
/// Wu, Mosse, Zhuang, Yamins, Goodman, "Conditional Negative Sampling for Contrastive Learning of
/// Visual Representations", ICLR 2021, in the form of the authors' code for a queue: the whole
/// ring. Their form for a bank of all images, draws from the ring, is the ring's `sample`. Ranks
/// are those of dot products in Double, ties go to the lower bank row; no gradient passes through
/// the selection.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct CNS: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double
  /// Which bank rows are negatives.
  public let ring: Ring
  /// Which columns are negatives, and how they count.
  public let negatives: Negatives

  /// A CNS objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - ring: which bank rows are negatives.
  ///   - negatives: what else becomes of them; no second `ring`.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, ring: Ring, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse([.ring], in: "CNS, which has a ring", expected: "one ring")
    self.temperature = temperature
    self.ring = ring
    self.negatives = negatives
    try ringed.refuse([], in: "CNS", expected: "")
  }

  /// The choice of negatives with the ring in it.
  private var ringed: Negatives {
    var ringed = negatives
    ringed.ring = ring
    return ringed
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: with N queries, M bank rows and dimension D, 2·N·M·D floating-point operations for
  /// the loss, as many for the gradient, and 2·N·M·D for each sweep that finds the ranks: one for
  /// ranks below 512, otherwise two on continuous data. A `sample` of n draws takes one more sweep,
  /// and then 4·N·n·D instead of those of loss and gradient. Scratch: `scratchBytes`.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D].
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries, the gradient asked for, and `selected["ring"]`, the
  ///   bank rows in each query's ring, with `selected["ring_draws"]` where it is sampled.
  /// - Throws: `ContrastiveError`: `.shape`, also for an empty ring, `.empty`, `.bankNotFilled` for
  ///   a bank without rows, `.nonFinite`, `.tooLarge`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let inputs = try BankInputs(queries: queries, keys: keys, bank: bank)
    let (term, chosen) = try inputs.term(temperature: temperature, ringed, workers: workers)
    let outcome = try term.evaluate(anchors: gradients.contains(.queries), workers: workers)
    return Evaluation(
      loss: outcome.loss, gradients: outcome.anchors.map { [.queries: $0] } ?? [:],
      selected: chosen)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradient and a few numbers a row: what `InfoNCE.scratchBytes`
  /// states for the first direction, and up to 100 MB, whatever the sizes, while ranks are found. A
  /// `sample` holds about 75 bytes for each distinct row drawn, and 64 MiB of indices while it
  /// draws.
  ///
  /// - Parameters:
  ///   - queries: N.
  ///   - bankRows: M.
  ///   - dimension: D.
  ///   - workers: the threads.
  /// - Returns: the bytes.
  /// - Throws: `ContrastiveError.shape` for an empty ring.
  public func scratchBytes(
    queries: Int, bankRows: Int, dimension: Int, workers: Workers = .all
  ) throws(ContrastiveError) -> Int {
    let ranks = try ring.ranks(of: bankRows)
    return TileGrid(rows: queries, columns: bankRows).scratchBytes(
      dimension: dimension, accumulating: true, workers: workers)
      + RankThresholds.scratchBytes(
        rows: queries, columns: bankRows, ranks: [ranks.lowerBound, ranks.upperBound - 1])
  }
}
