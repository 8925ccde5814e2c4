/// LooC by its definition.
///
/// `queries` row i·S + s, `keys` row (i·S + j)·S + s, `bank` row s·K + b.
public func referenceLooC(
  queries: Rows, keys: Rows, bank: Rows, spaces: Int, temperature: Double
) -> ReferenceResult {
  var total = QueryLoss(queries)
  let images = queries.count / spaces
  let bankRows = bank.count / spaces
  for i in 0..<images {
    for s in 0..<spaces {
      var negatives = bank[(s * bankRows)..<((s + 1) * bankRows)].map {
        Column(row: $0, divisor: temperature)
      }
      if s > 0 {
        for j in 0..<spaces where j != s {
          negatives.append(Column(row: keys[(i * spaces + j) * spaces + s], divisor: temperature))
        }
      }
      let own = Column(row: keys[(i * spaces + s) * spaces + s], divisor: temperature)
      let row = i * spaces + s
      total.add(
        1 / Double(images * spaces), ownColumnLoss(queries[row], own: own, negatives: negatives),
        to: row)
    }
  }
  return total.result
}
