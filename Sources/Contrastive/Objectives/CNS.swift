/// CNS, conditional negative sampling: InfoNCE whose negatives are a ring of the bank's rows.
///
/// With u_ij = ⟨query_i, bank_j⟩ / temperature, the ring R_i of the bank rows whose similarity to
/// query i has a rank in the `Ring`, and own key k_i,
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
public struct CNS: BankObjective {
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let ring: Ring
  package let negatives: Negatives

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
    try negatives.validate(without: [.ring], in: "CNS, which has a ring", use: "one ring")
    self.temperature = temperature
    self.ring = ring
    self.negatives = negatives
    try ringed.validate(in: "CNS")
  }

  /// The choice of negatives with the ring in it.
  private var ringed: Negatives {
    var ringed = negatives
    ringed.ring = ring
    return ringed
  }

  /// The loss and its exact gradient, and how many bank rows are in a query's ring, with the draws
  /// where it is sampled; an empty ring is refused.
  ///
  /// Complexity: with N queries, M bank rows and dimension D, 2·N·M·D floating-point operations for
  /// the loss, as many for the gradient, and 2·N·M·D for each pass that finds the ranks: one for
  /// ranks below 512, otherwise two on continuous data. A `sample` of n draws takes one more pass,
  /// and then 4·N·n·D instead of those of loss and gradient.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<CNS> {
    let problem = try BankProblem(inputs.queries, inputs.keys, inputs.bank)
    let (contrast, chosen) = try problem.contrast(
      temperature: temperature, ringed, workers: workers)
    return Evaluation(
      try contrast.evaluate(ContrastGradients(anchors: !gradients.isEmpty), workers: workers),
      anchors: .queries, details: chosen)
  }

  /// Beyond a pass, up to 100 MB, whatever the sizes, while ranks are found.
  ///
  /// A `sample` holds about 75 bytes for each distinct row drawn, and 64 MiB of indices while it
  /// draws.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    let ranks = (try? ring.ranks(of: shape.columns)).map { [$0.lowerBound, $0.upperBound - 1] }
    return shape.contrastBytes(summingColumns: false, workers: workers)
      + RankThresholds.scratchBytes(
        rows: shape.rows, columns: shape.columns, ranks: ranks ?? [])
  }
}
