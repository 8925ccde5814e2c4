import Foundation

/// InfoNCE with the bank rows of some ranks by descending similarity, ties to the lower row; with
/// draws, each an index into those rows in the bank's order, with the drawn ones alone.
public func referenceCNS(
  queries: Rows, keys: Rows, bank: Rows, temperature: Double, ranks: Range<Int>,
  draws: [[Int]]? = nil
) -> ReferenceResult {
  var gradient = zeros(queries.count, queries[0].count)
  var loss = 0.0
  var losses: [Double] = []
  let scale = 1 / Double(queries.count)
  for (i, query) in queries.enumerated() {
    let similarities = bank.map { dot(query, $0) }
    let order = bank.indices.sorted { (-similarities[$0], $0) < (-similarities[$1], $1) }
    let members = order[ranks].sorted()
    let ring = draws.map { $0[i].map { members[$0] } } ?? members
    let negatives = logSumExp(ring.map { similarities[$0] / temperature })
    let margin = negatives - dot(query, keys[i]) / temperature
    loss += scale * softplus(margin)
    losses.append(softplus(margin))
    let pull = scale * logistic(margin) / temperature
    for d in query.indices { gradient[i][d] -= pull * keys[i][d] }
    for j in ring {
      let push = pull * exp(similarities[j] / temperature - negatives)
      for d in query.indices { gradient[i][d] += push * bank[j][d] }
    }
  }
  return ReferenceResult(loss: loss, gradients: ["queries": gradient], losses: losses)
}
