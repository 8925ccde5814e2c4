/// Margin between the positives and the reweighted, debiased negatives of an anchor.
///
/// Logarithms throughout: with p = Σ exp(u⁺), its mean p̄ over the positives, R and M of
/// `Denominators`, ρ = log(R/p) and κ = τ⁺M p̄/R, the part of R that debiasing takes away,
/// ```
/// a = log(S/p) = max( ρ + log(1 − κ) − log(1 − τ⁺),  log M − 1/temperature − log p )
/// ```
/// Above the floor ∂a/∂ρ = 1 / (1 − κ) = −∂a/∂log p; on it the negatives take no part.
struct DebiasedMargin: Sendable {
  /// a.
  let value: Double
  /// ∂a/∂ρ; 0 on the floor.
  let negativeFactor: Double
  /// −∂a/∂log p.
  let positiveFactor: Double
  /// Whether ρ must be known to more digits than Float32 sums give.
  ///
  /// So close to the floor an error of ρ is multiplied by up to τ⁺M / (1 − τ⁺).
  let isIllConditioned: Bool

  /// Nil for negatives that are not debiased, or where there are none.
  init?(_ positives: Margins.Positives, _ negatives: Denominators, row: Int) {
    guard let tauPlus = negatives.hardness?.tauPlus, let count = negatives.rows[row].count,
      count > 0, positives.count > 0
    else { return nil }
    let logMean = negatives.rows[row].logMean(of: count)
    let (logSum, temperature) = (positives.sum.logSum, negatives.temperature)
    let ratio = logarithm(count) + logMean - logSum
    let removed =
      tauPlus > 0
      ? exponential(logarithm(tauPlus) + (logSum - logarithm(positives.count)) - logMean) : 0
    let floor = logarithm(count) - 1 / temperature - logSum
    let debiased =
      removed < 1
      ? ratio + logarithm(1 - removed) - logarithm(1 - tauPlus) : -Double.infinity
    let isAbove = debiased >= floor
    isIllConditioned =
      abs(debiased - floor) < 1e-4 || abs(removed - 1) < 1e-5 / temperature
      || isAbove && logistic(debiased) / (1 - removed) > 100 * max(temperature, 0.05)
    value = max(debiased, floor)
    negativeFactor = isAbove ? 1 / (1 - removed) : 0
    positiveFactor = isAbove ? 1 / (1 - removed) : 1
  }
}
