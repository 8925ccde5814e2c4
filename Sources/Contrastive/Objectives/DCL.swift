/// The debiased contrastive loss: the share of the negatives that shows the same thing as the
/// anchor is subtracted.
///
/// It is `HCL` with β = 0, where all negatives weigh the same:
/// ```
/// Ng = max( (Σ_j n_j − τ⁺ M p) / (1 − τ⁺),  M · exp(−1/temperature) )
/// ```
/// Chuang et al., "Debiased Contrastive Learning", NeurIPS 2020, eq. 8 with one positive.
public struct DCL: PairedViewObjective {
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let tauPlus: Double
  private let objective: HCL

  /// A debiased objective; the defaults are the authors' code's.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - tauPlus: τ⁺, the chance that a negative shows the same thing as the anchor, at least 0 and
  ///     below 1.
  ///   - negatives: which rows are negatives, as in `HCL`.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.5, tauPlus: Double = 0.1, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    objective = try HCL(
      temperature: temperature, weights: HardNegativeWeights(beta: 0, tauPlus: tauPlus),
      negatives: negatives)
    self.temperature = temperature
    self.tauPlus = tauPlus
  }

  /// The loss and its exact gradients; see `HCL.evaluate`.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<DCL> {
    Evaluation(try objective.evaluate(inputs, gradients: gradients, workers: workers))
  }
}
