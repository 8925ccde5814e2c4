/// MoCHi: InfoNCE with a bank and, as further negatives, mixes of the hardest bank rows.
///
/// ```
/// loss = mean_i  log( 1 + Σ_{c negative} exp(u_ic − u_i,own) )
/// negatives of query i = the bank's rows, its pair mixes, its mixes with bank rows
/// ```
/// Mixes are unit vectors and constants: no gradient passes through their share of the query.
/// Kalantidis et al., "Hard Negative Mixing for Contrastive Learning", NeurIPS 2020, eqs. 4–6. They are
/// inputs (`NegativeMixes`), drawn by `HardNegativeMixing`; without any it is `InfoNCE`.
/// Rows are used as given.
public struct MoCHi: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double

  /// A MoCHi objective.
  ///
  /// - Parameter temperature: 1e-6 … 1e6; 0.2 is the paper's.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.2) throws(ContrastiveError) {
    try requireTemperature(temperature)
    self.temperature = temperature
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 4·N·K·D floating-point operations and 14·D for each mix. Mixed rows are never formed;
  /// scratch is that of `InfoNCE`.
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
  ///   `.index` for a bank row that is not there, `.zeroNorm` for a mix of norm 0.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix, mixes: NegativeMixes,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let inputs = try BankInputs(queries: queries, keys: keys, bank: bank)
    try mixes.require(queries: queries.rows, bankRows: bank.rows)
    var term = inputs.term(temperature: temperature)
    term.extras = [
      MixedColumns(
        name: "pairs", source: bank, partner: .bank, rows: mixes.pairs,
        weights: mixes.pairWeights),
      MixedColumns(
        name: "query-pairs", source: bank, partner: .anchor, rows: mixes.queryPairs,
        weights: mixes.queryWeights),
    ]
    var loss = 0.0
    var gradient = inputs.gradient(gradients.contains(.queries))
    try term.add(weight: 1, to: &loss, gradient: &gradient, workers: workers)
    return Evaluation(loss: loss, gradients: gradient.map { [.queries: $0] } ?? [:])
  }
}
