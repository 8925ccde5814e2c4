/// ProtoNCE by its definition: InfoNCE with the bank, and the mean over clusterings of finding
/// one's own prototype among those of all rows and the negatives.
public func referenceProtoNCE(
  queries: Rows, keys: Rows, bank: Rows, clusterings: [ReferencePrototypes], temperature: Double,
  masksDuplicates: Bool
) -> ReferenceResult {
  var total = QueryLoss(queries)
  addBankTerm(
    1, queries: queries, keys: keys, bank: bank, temperature: temperature, to: &total)
  for clustering in clusterings {
    let columns = clustering.assignments + clustering.negatives
    for (i, query) in queries.enumerated() {
      let own = clustering.assignments[i]
      let negatives = columns.indices.filter {
        $0 != i && !(masksDuplicates && columns[$0] == own)
      }
      let term = ownColumnLoss(
        query, own: clustering.column(own),
        negatives: negatives.map { clustering.column(columns[$0]) })
      total.add(1 / Double(clusterings.count * queries.count), term, to: i)
    }
  }
  return total.result
}
