/// Contrastive learning with hard negatives: negatives weighted by their own similarity, and
/// debiased.
///
/// Over the 2N rows of both views, with u_ij = ⟨z_i, z_j⟩ / temperature, p = exp(u_i,partner) and
/// the M = 2N − 2 negatives n_j = exp(u_ij), weights w_j = n_j^β,
/// ```
/// R    = Σ_j w_j n_j / mean_j w_j
/// Ng   = max( (R − τ⁺ M p) / (1 − τ⁺),  M · exp(−1/temperature) )
/// loss = mean over the 2N rows of  −log( p / (p + Ng) )
/// ```
/// The weights carry gradient as in the authors' code, unless they are detached; a row on the floor
/// gives none to its negatives. Robinson et al., "Contrastive Learning with Hard Negative Samples",
/// ICLR 2021, eq. 3 and 4; with β = 0 it is `DCL`, with τ⁺ = 0 besides `NTXent`. It is `NTXent`
/// with `HardNegativeWeights`, which any objective of InfoNCE's shape takes.
///
/// Rows are used as given: the floor is meant for unit rows (`Matrix.normalized`).
public struct HCL: PairedViewObjective {
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let weights: HardNegativeWeights
  package let negatives: Negatives

  /// A hard-negative objective of some weights.
  ///
  /// - Throws: `ContrastiveError.parameter`.
  package init(
    temperature: Double = 0.5, weights: HardNegativeWeights, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try negatives.validate(without: [.hardness], in: "HCL, which has weights", use: "NT-Xent")
    try requireTemperature(temperature)
    try negatives.validate(
      without: [.mixing], in: "HCL", use: "a bank: mixed rows are constants")
    self.temperature = temperature
    self.weights = weights
    self.negatives = negatives
  }

  /// A hard-negative objective; the defaults are the authors' code's.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - tauPlus: τ⁺, at least 0 and below 1.
  ///   - beta: β, 0 … 1e6.
  ///   - detachesWeights: whether the weights are constants.
  ///   - negatives: which rows are negatives, as in `NTXent`; no `hardness`, which is this
  ///     objective.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.5, tauPlus: Double = 0.1, beta: Double = 1,
    detachesWeights: Bool = false, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try self.init(
      temperature: temperature,
      weights: HardNegativeWeights(beta: beta, tauPlus: tauPlus, detached: detachesWeights),
      negatives: negatives)
  }

  /// The loss and its exact gradients, of at least 2 images.
  ///
  /// Complexity: the similarity matrix is symmetric and each pair is computed once: 4·N²·D
  /// floating-point operations for the loss, 12·N²·D more for the gradients, and 4·N·D for each row
  /// so near the floor that its negatives are summed in Double; with `negatives`, as `NTXent` says.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<HCL> {
    let views = try PairedViews(inputs, atLeast: 2)
    var weighted = negatives
    weighted.hardness = weights
    let (contrast, chosen) = try views.contrast(
      temperature: temperature, weighted, workers: workers)
    return try contrast.evaluate(
      views: views, gradients, details: chosen, scalars: { _ in [:] }, workers: workers)
  }
}
