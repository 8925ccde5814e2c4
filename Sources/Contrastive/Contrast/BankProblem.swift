/// Queries with their own keys and a bank of negatives, checked.
struct BankProblem: Sendable {
  let queries: Operand
  let keys: Operand
  let bank: BankColumns

  /// Checks all but the elements of queries and bank.
  ///
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`.
  init(_ queries: Matrix, _ keys: Matrix, _ bank: any Bank) throws(ContrastiveError) {
    self.queries = Operand("queries", queries)
    self.keys = Operand("keys", keys)
    self.bank = bank.bankColumns
    try self.queries.requireRows()
    try self.keys.requireShape(of: self.queries)
    try self.bank.require(of: self.queries)
    // The pass over the other two looks at every element anyway.
    try self.keys.requireFinite()
  }

  /// InfoNCE with the bank and a choice of negatives, and the counts of what was chosen; what is
  /// chosen `later` must find the bank in a form that it can read.
  func contrast(
    temperature: Double, _ negatives: Negatives, later: Negatives = .all, workers: Workers
  ) throws(ContrastiveError) -> (contrast: Contrast, chosen: NegativeCounts) {
    let all = try bank.adding(pairsTo: negatives)
    let columns = negatives.parts.isEmpty ? bank.operand(for: later) : bank.operand(for: negatives)
    var contrast = Contrast(
      queries, paired: keys.matrix, against: .others(columns),
      temperature: temperature, excluding: bank.exclusions)
    let chosen = try contrast.choose(all, support: Contrast.Support(keys), workers: workers)
    return (contrast, chosen)
  }
}
