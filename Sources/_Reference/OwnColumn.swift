import Foundation

/// A column of a softmax: a constant row, and what divides its similarity.
struct Column {
  var row: [Double]
  var divisor: Double
}

/// −log softmax of a query's positive among negatives, some of which have logit 0.
///
/// Returns the value and its gradient for the query.
func ownColumnLoss(
  _ query: [Double], own: Column, negatives: [Column], zeros: Int = 0
) -> (value: Double, gradient: [Double]) {
  let logits =
    negatives.map { dot(query, $0.row) / $0.divisor } + [Double](repeating: 0, count: zeros)
  guard !logits.isEmpty else { return (0, query.map { _ in 0 }) }
  let normalizer = logSumExp(logits)
  let margin = normalizer - dot(query, own.row) / own.divisor
  // The positive's coefficient is minus the sum of the others'; taken from each, nothing cancels.
  var gradient = query.map { _ in 0.0 }
  for (place, logit) in logits.enumerated() {
    let coefficient = logistic(margin) * exp(logit - normalizer)
    for d in gradient.indices {
      let pushed = place < negatives.count ? negatives[place].row[d] / negatives[place].divisor : 0
      gradient[d] += coefficient * (pushed - own.row[d] / own.divisor)
    }
  }
  return (softplus(margin), gradient)
}

/// Collects weighted terms of a loss that is differentiated by its queries.
struct QueryLoss {
  private(set) var loss = 0.0
  private(set) var gradient: Rows
  private var losses: [Double]

  init(_ queries: Rows) {
    gradient = zeros(queries.count, queries[0].count)
    losses = queries.map { _ in 0 }
  }

  mutating func add(_ weight: Double, _ term: (value: Double, gradient: [Double]), to row: Int) {
    loss += weight * term.value
    losses[row] += weight * term.value * Double(losses.count)
    for d in gradient[row].indices { gradient[row][d] += weight * term.gradient[d] }
  }

  var result: ReferenceResult {
    ReferenceResult(loss: loss, gradients: ["queries": gradient], losses: losses)
  }
}
