/// One clustering of a batch: prototypes, their concentrations, each row's own, the negatives.
public struct ReferencePrototypes {
  var centroids: Rows
  var concentrations: [Double]
  var assignments: [Int]
  var negatives: [Int]

  /// A clustering.
  public init(
    centroids: Rows, concentrations: [Double], assignments: [Int], negatives: [Int]
  ) {
    self.centroids = centroids
    self.concentrations = concentrations
    self.assignments = assignments
    self.negatives = negatives
  }

  func column(_ index: Int) -> Column {
    Column(row: centroids[index], divisor: concentrations[index])
  }
}

/// Adds InfoNCE with the bank rows that `takes` of each query and bank row says.
func addBankTerm(
  _ weight: Double, queries: Rows, keys: Rows, bank: Rows, temperature: Double,
  zerosForOthers: Bool = false, takes: (Int, Int) -> Bool = { _, _ in true },
  to total: inout QueryLoss
) {
  for (i, query) in queries.enumerated() {
    let chosen = bank.indices.filter { takes(i, $0) }
    let term = ownColumnLoss(
      query, own: Column(row: keys[i], divisor: temperature),
      negatives: chosen.map { Column(row: bank[$0], divisor: temperature) },
      zeros: zerosForOthers ? bank.count - chosen.count : 0)
    total.add(weight / Double(queries.count), term, to: i)
  }
}
