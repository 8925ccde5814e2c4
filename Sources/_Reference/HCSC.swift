/// HCSC by its definition.
///
/// Masks are row-major, 1 for a column that takes part; `prototypeMasks` has
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
