import Foundation

/// Instance discrimination by its definition; `noise` holds each query's noise rows.
public func referenceInstDisc(
  queries: Rows, bank: Rows, indices: [Int], noise: [[Int]]?, temperature: Double,
  partition: Double?, epsilon: Double
) -> ReferenceResult {
  let scale = 1 / Double(queries.count)
  var gradient = zeros(queries.count, queries[0].count)
  var loss = 0.0
  var losses = queries.map { _ in 0.0 }
  func logit(_ i: Int, _ j: Int) -> Double { dot(queries[i], bank[j]) / temperature }
  func add(_ coefficient: Double, _ i: Int, _ j: Int) {
    for d in bank[j].indices {
      gradient[i][d] += scale * coefficient * bank[j][d] / temperature
    }
  }
  guard let noise else {
    for i in queries.indices {
      let others = bank.indices.filter { $0 != indices[i] }
      let logits = others.map { logit(i, $0) }
      let margin = logSumExp(logits) - logit(i, indices[i])
      loss += scale * softplus(margin)
      losses[i] = softplus(margin)
      add(-logistic(margin), i, indices[i])
      for (place, j) in others.enumerated() {
        add(logistic(margin) * exp(logits[place] - logSumExp(logits)), i, j)
      }
    }
    return ReferenceResult(loss: loss, gradients: ["queries": gradient], losses: losses)
  }
  let all = queries.indices.flatMap { i in ([indices[i]] + noise[i]).map { logit(i, $0) } }
  let logPartition =
    partition.map { log($0) } ?? log(Double(bank.count) / Double(all.count)) + logSumExp(all)
  for i in queries.indices {
    let share = Double(noise[i].count) / Double(bank.count)
    let raised = share + epsilon
    func ratio(_ j: Int) -> Double { exp(logit(i, j) - logPartition) }
    losses[i] = log1p(raised / ratio(indices[i]))
    add(-raised / (ratio(indices[i]) + raised), i, indices[i])
    for j in noise[i] {
      losses[i] += log((ratio(j) + raised) / share)
      add(ratio(j) / (ratio(j) + raised), i, j)
    }
    loss += scale * losses[i]
  }
  return ReferenceResult(
    loss: loss, gradients: ["queries": gradient], losses: losses)
}
