import Foundation

/// −mean over the positives of log softmax(u), or with `insideLogarithm` −log of the mean of the
/// softmax, with its derivatives by each logit.
///
/// log Σ_all exp(u) is split as log Σ_P exp(u) + log(1 + Σ_N exp(u) / Σ_P exp(u)).
func severalPositives(
  _ positives: [Double], negatives: [Double], insideLogarithm: Bool = false
) -> (loss: Double, positive: [Double], negative: [Double]) {
  guard !positives.isEmpty else { return (0, [], negatives.map { _ in 0 }) }
  let count = Double(positives.count)
  let among = logSumExp(positives)
  let beside = logSumExp(negatives)
  let margin = beside - among
  let mass = logistic(margin)
  let loss = insideLogarithm ? log(count) : among - positives.reduce(0) { $0 + $1 / count }
  return (
    loss + softplus(margin),
    positives.map {
      let share = exp($0 - among)
      return (insideLogarithm ? 0 : share - 1 / count) - mass * share
    },
    negatives.map { mass * exp($0 - beside) }
  )
}
