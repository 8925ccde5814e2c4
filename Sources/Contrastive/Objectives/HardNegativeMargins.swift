/// How far the reweighted, debiased negatives of each anchor stand out from its positives.
///
/// Logarithms throughout: with p = Σ exp(u⁺), its mean p̄ over the positives, ρ = log(R/p) and
/// κ = τ⁺N p̄/R, the part of R that debiasing takes away,
/// ```
/// log(Ng/p) = max( ρ + log(1 − κ) − log(1 − τ⁺),  log N − 1/temperature − log p )
/// row's loss = log(1 + Ng/p)
/// ```
/// Above the floor ∂(row's loss)/∂ρ = g = (1 + p/Ng)⁻¹ / (1 − κ); on it g takes no part and the
/// positives alone are pulled. A row without negatives has loss 0.
struct HardNegativeMargins: Sendable {
  /// Loss of each row.
  private(set) var loss: [Double] = []
  /// −∂(row's loss)/∂log p.
  private(set) var pull: [Double] = []
  /// ∂(row's loss)/∂ρ; 0 for a row on the floor.
  private(set) var push: [Double] = []
  /// Rows so close to the floor that ρ must be known to more digits than Float32 sums give: g, by
  /// which an error of ρ is multiplied, grows there from below 1 to τ⁺N / (1 − τ⁺), and drops to 0
  /// on it.
  private(set) var delicate: [Int] = []

  /// `positives` are each row's log p, of `positiveCounts` positives; `logMeans` each row's
  /// log(R/N), of `counts` negatives.
  init(
    positives: [Double], positiveCounts: [Double]? = nil, logMeans: [Double], counts: [Double],
    temperature: Double, tauPlus: Double
  ) {
    for (row, positive) in positives.enumerated() {
      guard counts[row] > 0 else {
        loss.append(0)
        push.append(0)
        pull.append(0)
        continue
      }
      let (logCount, logMean) = (logarithm(counts[row]), logMeans[row])
      let ratio = logCount + logMean - positive
      let mean = positive - (positiveCounts.map { logarithm($0[row]) } ?? 0)
      let taken = tauPlus > 0 ? exponential(logarithm(tauPlus) + mean - logMean) : 0
      let floor = logCount - 1 / temperature - positive
      let debiased =
        taken < 1
        ? ratio + logarithm(1 - taken) - logarithm(1 - tauPlus) : -Double.infinity
      if abs(debiased - floor) < 1e-4 || abs(taken - 1) < 1e-5 / temperature {
        delicate.append(loss.count)
      } else if debiased >= floor,
        logistic(debiased) / (1 - taken) > 100 * max(temperature, 0.05)
      {
        delicate.append(loss.count)
      }
      let margin = max(debiased, floor)
      let share = logistic(margin)
      loss.append(softplus(margin))
      push.append(debiased >= floor ? share / (1 - taken) : 0)
      pull.append(debiased >= floor ? share / (1 - taken) : share)
    }
  }

  var meanLoss: Double { loss.reduce(0, +) / Double(max(1, loss.count)) }
}
