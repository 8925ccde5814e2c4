/// Draws hard mixed negatives: which of each query's hardest bank rows are mixed, and how.
///
/// For each query the N bank rows of largest similarity, in Double, are its hard ones. A pair mix
/// takes two of them and a share α ~ U(0, 1); a query mix takes one of them and a share β ~ U(0, ½)
/// of the query, so that the negative weighs more. Kalantidis et al., "Hard Negative Mixing for
/// Contrastive Learning", NeurIPS 2020, section 4. The draws are explicit inputs of `MoCHi`.
public struct HardNegativeMixing: Sendable, Equatable {
  /// How many bank rows count as hard, N; at most the bank's rows are.
  package let hardest: Int
  /// Pair mixes of each query, s.
  package let pairs: Int
  /// Mixes of each query with a bank row, s′.
  package let queryPairs: Int
  /// Whether a pair never holds one bank row twice.
  package let distinct: Bool
  /// Random seed of the draws.
  package let seed: UInt64

  /// A way of mixing.
  ///
  /// - Parameters:
  ///   - hardest: at least 1; 1,024 is the paper's.
  ///   - pairs: 0 or more.
  ///   - queryPairs: 0 or more.
  ///   - distinct: draw pairs without replacement; there must then be two hard rows.
  ///   - seed: random seed of the draws.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    hardest: Int = 1024, pairs: Int = 1024, queryPairs: Int = 128, distinct: Bool = false,
    seed: UInt64 = 0
  ) throws(ContrastiveError) {
    let least = distinct ? 2 : 1
    for (name, value, least) in [
      ("hardest", hardest, least), ("pairs", pairs, 0), ("queryPairs", queryPairs, 0),
    ] where value < least || value > 1 << 24 {
      throw .parameter(name: name, found: "\(value)", expected: "\(least) … \(1 << 24)")
    }
    self.hardest = hardest
    self.pairs = pairs
    self.queryPairs = queryPairs
    self.distinct = distinct
    self.seed = seed
  }

  /// The mixes of one step: the same for the same inputs, seed and step.
  ///
  /// Complexity: one pass, 2·N·K·D floating-point operations, 2·D in Double for each row within
  /// rounding of the last of the hardest, and the draws. Scratch: the pass's tiles and 8 bytes for
  /// each of rows × (2.1 · hardest + 80) candidates of a unit of work.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - bank: [K × D].
  ///   - step: names the draws of this call.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: what to mix.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   and `.parameter` for `distinct` with a bank of one row.
  public func draw(
    queries: Matrix, bank: Matrix, step: UInt64 = 0, workers: Workers = .all
  ) throws(ContrastiveError) -> NegativeMixes {
    try draw(
      Operand("queries", queries), among: Operand("bank", bank), excluding: [], step: step,
      workers: workers)
  }

  /// The same among the bank rows that are not excluded.
  func draw(
    _ rows: Operand, among columns: Operand, excluding exclusions: [Exclusion], step: UInt64,
    workers: Workers
  ) throws(ContrastiveError) -> NegativeMixes {
    let (queries, bank) = (rows.matrix, columns.matrix)
    try rows.requireRows()
    guard bank.rows > 0 else { throw .bankNotFilled(argument: columns.name) }
    try columns.requireDimension(of: rows)
    try requireParameter(
      !distinct || bank.rows > 1, "distinct", "a bank of one row", "two rows to mix")
    let hard = try SimilaritySearch(
      k: min(hardest, bank.rows), rows: rows, columns: columns, excluding: exclusions
    ).sets(workers: workers)
    if let row = hard.firstIndex(where: { $0.count < (distinct ? 2 : 1) }) {
      throw .parameter(
        name: "mixing",
        found: "row \(row) of \(rows.name) with \(hard[row].count) negatives",
        expected: "some to mix")
    }
    let draws = workers.map(queries.rows) { row in
      RowDraws(self, hard[row], step: step, row: row)
    }
    return try NegativeMixes(
      pairs: draws.flatMap(\.pairs),
      pairWeights: Matrix(
        rows: queries.rows, columns: pairs, sharing: draws.flatMap(\.pairWeights)),
      queryPairs: draws.flatMap(\.queryPairs),
      queryWeights: Matrix(
        rows: queries.rows, columns: queryPairs, sharing: draws.flatMap(\.queryWeights)))
  }
}

/// What is drawn for one query.
private struct RowDraws: Sendable {
  private(set) var pairs: [Int] = []
  private(set) var pairWeights: [Float] = []
  private(set) var queryPairs: [Int] = []
  private(set) var queryWeights: [Float] = []

  init(_ mixing: HardNegativeMixing, _ hard: [Int], step: UInt64, row: Int) {
    var random = CounterRandom(seed: mixing.seed, step, UInt64(row))
    pairs.reserveCapacity(2 * mixing.pairs)
    pairWeights.reserveCapacity(mixing.pairs)
    for _ in 0..<mixing.pairs {
      let first = random.index(below: hard.count)
      // The second of distinct ones is drawn from the others, counted from the first.
      let second =
        mixing.distinct
        ? (first + 1 + random.index(below: hard.count - 1)) % hard.count
        : random.index(below: hard.count)
      pairs.append(hard[first])
      pairs.append(hard[second])
      // At one half two opposite rows would cancel.
      let share = random.uniform()
      pairWeights.append(share == 0.5 ? share.nextUp : share)
    }
    for _ in 0..<mixing.queryPairs {
      queryPairs.append(hard[random.index(below: hard.count)])
      queryWeights.append(random.uniform(0, 0.5))
    }
  }
}
