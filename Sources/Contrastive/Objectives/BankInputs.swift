/// Queries with their own keys and a bank of negatives, their shapes and keys checked.
struct BankInputs: Sendable {
  let queries: Operand
  let keys: Operand
  let bank: Operand

  /// Checks all but the elements of queries and bank.
  ///
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`.
  init(queries: Matrix, keys: Matrix, bank: Matrix) throws(ContrastiveError) {
    self.queries = Operand("queries", queries)
    self.keys = Operand("keys", keys)
    self.bank = Operand("bank", bank)
    try self.queries.requireRows()
    try self.keys.requireShape(of: self.queries)
    guard bank.rows > 0 else { throw .bankNotFilled(argument: self.bank.name) }
    try self.bank.requireDimension(of: self.queries)
    // The sweep over the other two looks at every element anyway.
    try self.keys.requireFinite()
  }

  /// InfoNCE with the bank.
  func term(temperature: Double) -> ContrastTerm {
    ContrastTerm(anchors: queries, own: keys.matrix, columns: bank, temperature: temperature)
  }

  /// The same with a choice of negatives, and the counts of what was chosen.
  func term(
    temperature: Double, _ negatives: Negatives, workers: Workers
  ) throws(ContrastiveError) -> (term: ContrastTerm, chosen: [String: Int]) {
    var term = term(temperature: temperature)
    let chosen = try term.choose(
      negatives, support: ContrastTerm.Support(keys), workers: workers)
    return (term, chosen)
  }

  /// Zeros in the shape of the queries, if their gradient is wanted.
  func gradient(_ wanted: Bool) -> Matrix? {
    wanted ? Matrix(zeros: queries.matrix.rows, by: queries.matrix.columns) : nil
  }
}
