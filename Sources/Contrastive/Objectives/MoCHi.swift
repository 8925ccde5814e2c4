/// MoCHi: InfoNCE with a bank and, as further negatives, mixes of the hardest bank rows.
///
/// ```
/// loss = mean_i  log( 1 + Σ_{c negative} exp(u_ic − u_i,own) )
/// negatives of query i = the bank's rows, its pair mixes, its mixes with bank rows
/// ```
/// Mixes are unit vectors and constants: no gradient passes through their share of the query.
/// Kalantidis et al., "Hard Negative Mixing for Contrastive Learning", NeurIPS 2020, eqs. 4–6. They
/// are inputs (`NegativeMixes`), drawn by `HardNegativeMixing`; without any it is `InfoNCE`. Rows
/// are used as given.
public struct MoCHi: Objective {
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let negatives: Negatives

  /// A MoCHi objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.2 is the paper's.
  ///   - negatives: which columns are negatives; no `mixing`, which is this objective.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.2, negatives: Negatives = .all) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(without: [.mixing], in: "MoCHi, which has mixes", use: "InfoNCE")
    self.temperature = temperature
    self.negatives = negatives
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 4·N·K·D floating-point operations and 24·D for each mix. Mixed rows are never
  /// formed; scratch is that of `InfoNCE` and 8 bytes for each mix.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [K × D], the negatives.
  ///   - mixes: what is mixed for each query.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradient asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   `.canceled`, `.index` for a bank row that is not there, `.zeroNorm` for a mix of norm 0.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: any Bank, mixes: NegativeMixes,
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<MoCHi> {
    let problem = try BankProblem(queries, keys, bank)
    var mixed = negatives
    mixed.mixing = .given(mixes)
    let (contrast, chosen) = try problem.contrast(
      temperature: temperature, mixed, workers: workers)
    return Evaluation(
      try contrast.evaluate(ContrastGradients(anchors: !gradients.isEmpty), workers: workers),
      anchors: .queries, details: chosen)
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, bank: any Bank, mixes: NegativeMixes),
    gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<MoCHi> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, bank: inputs.bank, mixes: inputs.mixes,
      gradients: gradients, workers: workers)
  }
}
