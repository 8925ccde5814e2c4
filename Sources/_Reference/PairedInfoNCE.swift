import Foundation

/// InfoNCE in which column c has weight w_ic in query i's denominator and share t_ic of its target.
///
/// loss_i = log( exp(u_own) + Σ_c w_ic exp(u_ic) ) − (1 − Σ_c t_ic) u_own − Σ_c t_ic u_ic. In the
/// batch (`columns` nil) the columns are the keys, and a query's own is not among them again.
public func referencePairedInfoNCE(
  queries: Rows, keys: Rows, columns: Rows?, weights: Rows, targets: Rows, temperature: Double
) -> ReferenceResult {
  let dimension = queries[0].count
  var forQueries = zeros(queries.count, dimension)
  var forKeys = zeros(keys.count, dimension)
  var (loss, slope) = (0.0, 0.0)
  let scale = 1 / Double(queries.count)
  for (i, query) in queries.enumerated() {
    // Every column once: its row, weight, target, and which key it is.
    var seen = [(row: keys[i], weight: 1.0, target: 1 - targets[i].reduce(0, +), key: Int?(i))]
    for (c, row) in (columns ?? keys).enumerated() where columns != nil || c != i {
      seen.append((row, weights[i][c], targets[i][c], columns == nil ? c : nil))
    }
    let logits = seen.map { dot(query, $0.row) / temperature }
    let normalizer = logSumExp(
      zip(seen, logits).filter { $0.0.weight > 0 }.map { log($0.0.weight) + $0.1 })
    for (column, logit) in zip(seen, logits) {
      let share = column.weight > 0 ? column.weight * exp(logit - normalizer) : 0
      let coefficient = share - column.target
      loss += scale * column.target * (normalizer - logit)
      slope -= scale * coefficient * logit / temperature
      for d in 0..<dimension {
        forQueries[i][d] += scale * coefficient * column.row[d] / temperature
        if let key = column.key {
          forKeys[key][d] += scale * coefficient * query[d] / temperature
        }
      }
    }
  }
  return ReferenceResult(
    loss: loss, gradients: ["queries": forQueries, "keys": forKeys], temperatureGradient: slope)
}
