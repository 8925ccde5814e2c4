/// How much harder negatives weigh more, and how large a share of them is taken to be false.
///
/// With p the mean exp(u) of an anchor's positives and n_j = exp(u_j) its M negatives, Σ_j n_j
/// becomes
/// ```
/// R = Σ_j w_j n_j / mean_j w_j,  w_j = n_j^β
/// S = max( (R − τ⁺ M p) / (1 − τ⁺),  M · exp(−1/temperature) )
/// ```
/// The floor is meant for unit rows. β: Robinson et al., "Contrastive Learning with Hard Negative
/// Samples", ICLR 2021, eq. 3 and 4; τ⁺: Chuang et al., "Debiased Contrastive Learning", NeurIPS
/// 2020, eq. 8.
public struct HardNegativeWeights: Sendable, Equatable {
  /// β, how much harder negatives weigh more.
  package let beta: Double
  /// τ⁺, the chance that a negative shows the same thing as the anchor.
  package let tauPlus: Double
  /// Whether the weights are constants.
  package let detached: Bool

  /// Weights; the defaults are the authors' code's.
  ///
  /// - Parameters:
  ///   - beta: 0, or 1e-30 … 1e6.
  ///   - tauPlus: at least 0 and below 1.
  ///   - detached: whether the weights are constants.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    beta: Double = 1, tauPlus: Double = 0.1, detached: Bool = false
  ) throws(ContrastiveError) {
    try requireParameter(
      tauPlus >= 0 && tauPlus < 1, "tau-plus", tauPlus, "a number from 0 to below 1")
    try requireParameter(
      beta == 0 || 1e-30...1e6 ~= beta, "beta", beta, "0, or a number from 1e-30 to 1e6")
    self.beta = beta
    self.tauPlus = tauPlus
    self.detached = detached
  }

  /// Whether gradient passes through the weights.
  var isAttached: Bool { !detached && beta > 0 }
}
