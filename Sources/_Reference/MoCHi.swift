/// MoCHi by its definition: the mixed rows are formed, from `mixedQueries`, and are constants.
///
/// `pairs` is [N × s × 2], `queryPairs` [N × s′], weights [N × s] and [N × s′].
public func referenceMoCHi(
  queries: Rows, mixedQueries: Rows, keys: Rows, bank: Rows, pairs: [Int], pairWeights: [Double],
  queryPairs: [Int], queryWeights: [Double], temperature: Double
) -> ReferenceResult {
  var total = QueryLoss(queries)
  let ofPairs = pairWeights.count / queries.count
  let ofQueries = queryWeights.count / queries.count
  for i in queries.indices {
    var negatives = bank
    for m in 0..<ofPairs {
      let index = i * ofPairs + m
      negatives.append(
        mix(bank[pairs[2 * index]], bank[pairs[2 * index + 1]], pairWeights[index]))
    }
    for m in 0..<ofQueries {
      let index = i * ofQueries + m
      negatives.append(mix(mixedQueries[i], bank[queryPairs[index]], queryWeights[index]))
    }
    let term = ownColumnLoss(
      queries[i], own: Column(row: keys[i], divisor: temperature),
      negatives: negatives.map { Column(row: $0, divisor: temperature) })
    total.add(1 / Double(queries.count), term, to: i)
  }
  return total.result
}

/// The unit vector along share · a + (1 − share) · b.
private func mix(_ a: [Double], _ b: [Double], _ share: Double) -> [Double] {
  let sum = zip(a, b).map { share * $0 + (1 - share) * $1 }
  let norm = dot(sum, sum).squareRoot()
  return sum.map { $0 / norm }
}
