import Foundation

/// InvP by its definition, with all walks in the neighbor graph listed.
public func referenceInvP(
  queries: Rows, bank: Rows, indices: [Int], neighbors: [[Int]], temperature: Double,
  background: Int, positives: Int, steps: Int, weight: Double, epsilon: Double,
  exactBackground: Bool = false
) -> ReferenceResult {
  let scale = 1 / Double(queries.count)
  var gradient = zeros(queries.count, queries[0].count)
  var loss = 0.0
  var losses: [Double] = []
  for (i, query) in queries.enumerated() {
    let own = indices[i]
    let logits = bank.map { dot(query, $0) / temperature }
    let top = logits.max() ?? 0
    let w = logits.map { exp($0 - top) }
    let order = bank.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
    let nearest = Set(order.prefix(background))
    var (level, reached) = ([own], [Int]())
    for _ in 0..<steps {
      level = level.flatMap { neighbors[$0] }
      reached += level
    }
    if exactBackground { reached = Array(Set(reached).subtracting([own])) }
    let hard = reached.sorted { (logits[$0], $0) < (logits[$1], $1) }.prefix(positives)

    // Sums without the own row, and logarithms of hardly more than 0 or 1, keep their digits.
    let others = nearest.subtracting([own]).reduce(0) { $0 + w[$1] }
    let inside = nearest.contains(own)
    let total = inside ? others + w[own] : others
    let rest = inside ? others : others - w[own]
    let found = logSumExp(hard.map { logits[$0] }) - top
    let ratio = inside ? -log1p(others / w[own]) : log(w[own] / total)
    // The paper's background is the hard positives and what is apart from all positives.
    let apart = nearest.subtracting(reached).subtracting([own])
    let apartSum = apart.reduce(0) { $0 + w[$1] }
    let margin = apart.isEmpty ? -Double.infinity : log(apartSum) - found
    let quotient = exactBackground ? -softplus(margin) : found - log(rest)
    func minusLog(_ x: Double) -> Double {
      epsilon == 0 ? -x : -x - softplus(log(epsilon) - x)
    }
    func kept(_ x: Double) -> Double { epsilon == 0 ? 1 : logistic(x - log(epsilon)) }
    losses.append(minusLog(ratio))
    loss += scale * minusLog(ratio)
    let first = kept(ratio)
    var g = [Double](repeating: 0, count: bank.count)
    for j in nearest where j != own { g[j] += first * w[j] / total }
    g[own] -= first * (inside ? others / total : 1)
    if !hard.isEmpty {
      losses[i] += weight * minusLog(quotient)
      loss += scale * weight * minusLog(quotient)
      var second = weight * kept(quotient)
      if exactBackground {
        second *= logistic(margin)
        for j in apart { g[j] += second * w[j] / apartSum }
      } else {
        for j in nearest where j != own { g[j] += second * w[j] / rest }
        if !inside { g[own] -= second * w[own] / rest }
      }
      for j in hard { g[j] -= second * exp(logits[j] - top - found) }
    }
    for j in bank.indices {
      for d in query.indices { gradient[i][d] += scale * g[j] * bank[j][d] / temperature }
    }
  }
  return ReferenceResult(loss: loss, gradients: ["queries": gradient], losses: losses)
}
