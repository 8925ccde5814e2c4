import Foundation

/// InfoNCE by its definition: the loss of query i is log(1 + Σ_negatives exp(u − u_own)).
public func referenceInfoNCE(
  queries: Rows, keys: Rows, bank: Rows?, temperature: Double, symmetric: Bool = false
) -> ReferenceResult {
  var result = oneDirection(queries, keys, bank, temperature)
  if symmetric {
    let other = oneDirection(keys, queries, nil, temperature)
    result.loss = (result.loss + other.loss) / 2
    result.temperatureGradient =
      ((result.temperatureGradient ?? 0) + (other.temperatureGradient ?? 0)) / 2
    result.gradients["queries"] = mean(result.gradients["queries"], other.gradients["keys"])
    result.gradients["keys"] = mean(result.gradients["keys"], other.gradients["queries"])
  }
  return result
}

private func oneDirection(
  _ queries: Rows, _ keys: Rows, _ bank: Rows?, _ temperature: Double
) -> ReferenceResult {
  let dimension = queries[0].count
  var forQueries = zeros(queries.count, dimension)
  var forKeys = zeros(keys.count, dimension)
  var forBank = zeros(bank?.count ?? 0, dimension)
  var loss = 0.0
  var slope = 0.0
  let scale = 1 / Double(queries.count)

  for (i, query) in queries.enumerated() {
    // Columns: (row, is it in the bank, its index); the own key apart.
    var negatives: [(row: [Double], inBank: Bool, index: Int)] = []
    if let bank {
      for (j, row) in bank.enumerated() { negatives.append((row, true, j)) }
    } else {
      for (j, row) in keys.enumerated() where j != i { negatives.append((row, false, j)) }
    }
    let own = dot(query, keys[i]) / temperature
    let logits = negatives.map { dot(query, $0.row) / temperature }
    let margin = logSumExp(logits) - own
    loss += scale * softplus(margin)
    // Softmax mass of all negatives.
    let mass = logistic(margin)
    let normalizer = logSumExp(logits)
    func add(_ coefficient: Double, _ row: [Double], _ logit: Double) {
      for d in 0..<dimension { forQueries[i][d] += coefficient * row[d] / temperature }
      slope -= coefficient * logit / temperature
    }
    add(-mass * scale, keys[i], own)
    for d in 0..<dimension { forKeys[i][d] -= mass * scale * query[d] / temperature }
    for (c, negative) in negatives.enumerated() {
      let coefficient = scale * mass * exp(logits[c] - normalizer)
      add(coefficient, negative.row, logits[c])
      for d in 0..<dimension {
        let term = coefficient * query[d] / temperature
        if negative.inBank {
          forBank[negative.index][d] += term
        } else {
          forKeys[negative.index][d] += term
        }
      }
    }
  }
  var gradients = ["queries": forQueries, "keys": forKeys]
  if bank != nil { gradients["bank"] = forBank }
  return ReferenceResult(loss: loss, gradients: gradients, temperatureGradient: slope)
}

private func mean(_ a: Rows?, _ b: Rows?) -> Rows {
  zip(a ?? [], b ?? []).map { zip($0, $1).map { ($0 + $1) / 2 } }
}
