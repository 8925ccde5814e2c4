/// Draws hard mixed negatives: which of each query's hardest bank rows are mixed, and how.
///
/// For each query the N bank rows of largest similarity are its hard ones. A pair mix takes two of
/// them and a share α ~ U(0, 1); a query mix takes one of them and a share β ~ U(0, ½) of the
/// query, so that the negative weighs more. Kalantidis et al., "Hard Negative Mixing for
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
  /// Complexity: one pass, 2·N·K·D floating-point operations, and the draws. Scratch: the pass's
  /// tiles and 8 bytes for each of rows × (2 · hardest + 512) candidates of a unit of work.
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
    guard !distinct || bank.rows > 1 else {
      throw .parameter(name: "distinct", found: "a bank of one row", expected: "two rows to mix")
    }
    let kept = min(hardest, bank.rows)
    let pass = RectanglePass(rows: rows, columns: columns)
    let best = try pass.read(TopKReader(k: kept, excluding: exclusions), workers: workers)
    let rowsPerBlock = pass.rowsPerBlock
    let count = queries.rows
    for block in best.indices {
      for place in 0..<best[block].rows
      where best[block].best(row: place).count < (distinct ? 2 : 1) {
        throw .parameter(
          name: "mixing",
          found: "row \(block * rowsPerBlock + place) of \(rows.name) "
            + "with \(best[block].best(row: place).count) negatives", expected: "some to mix")
      }
    }
    var mixed = [Int](repeating: 0, count: 2 * count * pairs)
    var withQueries = [Int](repeating: 0, count: count * queryPairs)
    var shares = Matrix(zeros: count, by: pairs)
    var queryShares = Matrix(zeros: count, by: queryPairs)
    mixed.withUnsafeMutableBufferPointer { mixed in
      withQueries.withUnsafeMutableBufferPointer { withQueries in
        shares.withUnsafeMutableBufferPointer { shares in
          queryShares.withUnsafeMutableBufferPointer { queryShares in
            let (mixed, withQueries) = (SharedMemory(mixed), SharedMemory(withQueries))
            let (shares, queryShares) = (SharedMemory(shares), SharedMemory(queryShares))
            workers.forEach(count) { row, _ in
              let (block, place) = row.quotientAndRemainder(dividingBy: rowsPerBlock)
              let hard = Array(best[block].best(row: place))
              let kept = hard.count
              var random = CounterRandom(seed: seed, step, UInt64(row))
              for mix in (row * pairs)..<((row + 1) * pairs) {
                let first = random.index(below: kept)
                // The second of distinct ones is drawn from the others, counted from the first.
                let second =
                  distinct
                  ? (first + 1 + random.index(below: kept - 1)) % kept
                  : random.index(below: kept)
                mixed[2 * mix] = RankKey.index(hard[first])
                mixed[2 * mix + 1] = RankKey.index(hard[second])
                // At one half two opposite rows would cancel.
                let share = random.uniform()
                shares[mix] = share == 0.5 ? share.nextUp : share
              }
              for mix in (row * queryPairs)..<((row + 1) * queryPairs) {
                withQueries[mix] = RankKey.index(hard[random.index(below: kept)])
                queryShares[mix] = random.uniform(0, 0.5)
              }
            }
          }
        }
      }
    }
    return try NegativeMixes(
      pairs: mixed, pairWeights: shares, queryPairs: withQueries, queryWeights: queryShares)
  }
}
