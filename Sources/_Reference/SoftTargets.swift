import Foundation

/// SCE by its definition: −mean_i Σ_c w_ic log softmax(u_i)_c.
public func referenceSCE(
  queries: Rows, keys: Rows, bank: Rows?, temperature: Double, targetTemperature: Double,
  lambda: Double, zeroForOwn: Bool
) -> ReferenceResult {
  var gradient = zeros(queries.count, queries[0].count)
  var (loss, slope) = (0.0, 0.0)
  var losses: [Double] = []
  for (i, query) in queries.enumerated() {
    let columns = bank.map { [keys[i]] + $0 } ?? keys
    let own = bank == nil ? i : 0
    let teacher = columns.indices.map { c in
      c == own ? (zeroForOwn ? 0 : -.infinity) : dot(keys[i], columns[c]) / targetTemperature
    }
    let total = logSumExp(teacher)
    let targets = columns.indices.map {
      (1 - lambda) * exp(teacher[$0] - total) + ($0 == own ? lambda : 0)
    }
    let (value, forQuery, forTemperature) = crossEntropy(query, columns, targets, temperature)
    loss += value / Double(queries.count)
    losses.append(value)
    slope += forTemperature / Double(queries.count)
    gradient[i] = forQuery.map { $0 / Double(queries.count) }
  }
  return ReferenceResult(
    loss: loss, gradients: ["queries": gradient], temperatureGradient: slope,
    losses: losses)
}

/// ReSSL by its definition: the key's softmax over the bank is the query's target.
public func referenceReSSL(
  queries: Rows, keys: Rows, bank: Rows, temperature: Double, targetTemperature: Double
) -> ReferenceResult {
  var gradient = zeros(queries.count, queries[0].count)
  var loss = 0.0
  var losses: [Double] = []
  for (i, query) in queries.enumerated() {
    let teacher = bank.map { dot(keys[i], $0) / targetTemperature }
    let total = logSumExp(teacher)
    let (value, forQuery, _) = crossEntropy(
      query, bank, teacher.map { exp($0 - total) }, temperature)
    loss += value / Double(queries.count)
    losses.append(value)
    gradient[i] = forQuery.map { $0 / Double(queries.count) }
  }
  return ReferenceResult(loss: loss, gradients: ["queries": gradient], losses: losses)
}

/// −Σ_c target_c · log softmax(u)_c of one query, with its gradients for query and temperature.
///
/// The columns' distances below the largest logit are summed, not the logits: where one column has
/// nearly all the mass of both, the loss keeps its digits.
private func crossEntropy(
  _ query: [Double], _ columns: Rows, _ targets: [Double], _ temperature: Double
) -> (loss: Double, query: [Double], temperature: Double) {
  let logits = columns.map { dot(query, $0) / temperature }
  let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
  var others = 0.0
  for c in logits.indices where c != best { others += exp(logits[c] - logits[best]) }
  var loss = log1p(others)
  var gradient = [Double](repeating: 0, count: query.count)
  var slope = 0.0
  for c in columns.indices {
    let below = logits[best] - logits[c]
    loss += targets[c] * below
    let difference = exp(-below) / (1 + others) - targets[c]
    slope += difference * below / temperature
    for d in query.indices {
      // The differences sum to 0, so any row may be taken off the columns.
      gradient[d] += difference * (columns[c][d] - columns[best][d]) / temperature
    }
  }
  return (loss, gradient, slope)
}
