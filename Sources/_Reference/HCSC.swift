import Foundation

/// HCSC by its definition.
///
/// Masks are row-major, 1 for a column that is selected; `prototypeMasks` has
/// nil for a level where all do.
public func referenceHCSC(
  queries: Rows, keys: Rows, bank: Rows, levels: [ReferencePrototypes], instanceMasks: [[Int]],
  prototypeMasks: [[Int]?], temperature: Double, zeros: Bool, sumsInstances: Bool
) -> ReferenceResult {
  var total = QueryLoss(queries)
  let share = 1 / Double(levels.count)
  for (l, level) in levels.enumerated() {
    addBankTerm(
      sumsInstances ? 1 : share, queries: queries, keys: keys, bank: bank,
      temperature: temperature, zerosForOthers: zeros,
      takes: { instanceMasks[l][$0 * bank.count + $1] == 1 }, to: &total)
    for (i, query) in queries.enumerated() {
      let count = level.negatives.count
      let chosen = (0..<count).filter { column in
        prototypeMasks[l].map { $0[i * count + column] == 1 } ?? true
      }
      let term = ownColumnLoss(
        query, own: level.column(level.assignments[i]),
        negatives: chosen.map { level.column(level.negatives[$0]) },
        zeros: zeros ? count - chosen.count : 0)
      total.add(share / Double(queries.count), term, to: i)
    }
  }
  return total.result
}

/// How often HCSC selects each candidate as a negative of queries of each prototype, [k × K]: one
/// less its share of the prototype, within bounds.
public func referenceSelectionChances(
  candidates: Rows, centroids: Rows, concentrations: [Double], low: Double, high: Double
) -> Rows {
  centroids.indices.map { own in
    candidates.map { candidate in
      let logits = zip(centroids, concentrations).map { dot(candidate, $0) / max($1, 1e-3) }
      return min(max(1 - exp(logits[own] - logSumExp(logits)), low), high)
    }
  }
}
