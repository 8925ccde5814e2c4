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
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double
  /// Which columns are negatives, and how they count.
  public let negatives: Negatives

  /// A MoCHi objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.2 is the paper's.
  ///   - negatives: which columns are negatives; no `mixing`, which is this objective.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.2, negatives: Negatives = .all) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse([.mixing], in: "MoCHi, which has mixes", expected: "InfoNCE")
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
  ///   `.index` for a bank row that is not there, `.zeroNorm` for a mix of norm 0.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix, mixes: NegativeMixes,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let inputs = try BankInputs(queries: queries, keys: keys, bank: bank)
    var mixed = negatives
    mixed.mixing = .given(mixes)
    let (term, chosen) = try inputs.term(temperature: temperature, mixed, workers: workers)
    var loss = 0.0
    var gradient = inputs.gradient(gradients.contains(.queries))
    try term.add(weight: 1, to: &loss, gradient: &gradient, workers: workers)
    return Evaluation(
      loss: loss, gradients: gradient.map { [.queries: $0] } ?? [:], selected: chosen)
  }
}
