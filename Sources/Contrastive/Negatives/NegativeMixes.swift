/// Which bank rows are mixed into further negatives for each query, and in what shares.
///
/// Mix m of query i is the unit vector along
/// ```
/// pairWeights[i, m] · bank[a] + (1 − pairWeights[i, m]) · bank[b]
///     (a, b) = pairs[(i·s + m)·2 ...]
/// queryWeights[i, m] · query_i + (1 − queryWeights[i, m]) · bank[c]      c = queryPairs[i·s′ + m]
/// ```
public struct NegativeMixes: Sendable, Equatable {
  /// Bank rows, two for each mix: [N × s × 2] in row-major order.
  public let pairs: [Int]
  /// Shares of the first of each pair, [N × s].
  public let pairWeights: Matrix
  /// Bank rows that are mixed with the query: [N × s′] in row-major order.
  public let queryPairs: [Int]
  /// Shares of the query, [N × s′].
  public let queryWeights: Matrix

  /// The mixes of N queries; s and s′ may be 0.
  ///
  /// - Parameters:
  ///   - pairs: [N × s × 2] bank rows.
  ///   - pairWeights: [N × s] shares of the first of each pair.
  ///   - queryPairs: [N × s′] bank rows.
  ///   - queryWeights: [N × s′] shares of the query.
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.tooLarge`.
  public init(
    pairs: [Int], pairWeights: Matrix, queryPairs: [Int], queryWeights: Matrix
  ) throws(ContrastiveError) {
    let (first, second) = (
      Operand("pair-weights", pairWeights), Operand("query-weights", queryWeights)
    )
    try requireShape(
      pairs.count == 2 * pairWeights.rows * pairWeights.columns, first.name, pairWeights.shape,
      "one for each of \(pairs.count / 2) pairs")
    try requireShape(
      queryPairs.count == queryWeights.rows * queryWeights.columns, second.name, queryWeights.shape,
      "one for each of \(queryPairs.count) query-pairs")
    try first.requireFinite()
    try second.requireFinite()
    self.pairs = pairs
    self.pairWeights = pairWeights
    self.queryPairs = queryPairs
    self.queryWeights = queryWeights
  }

  /// No mixes for N queries.
  ///
  /// - Parameter queries: N.
  /// - Returns: s = s′ = 0.
  package static func none(queries: Int) -> NegativeMixes {
    NegativeMixes(unchecked: Matrix(zeros: max(0, queries), by: 0))
  }

  private init(unchecked empty: Matrix) {
    (pairs, queryPairs) = ([], [])
    (pairWeights, queryWeights) = (empty, empty)
  }

  /// Checks the counts against the queries and the indices against the bank.
  func require(queries: Int, bankRows: Int) throws(ContrastiveError) {
    for (name, weights) in [("pair-weights", pairWeights), ("query-weights", queryWeights)] {
      try requireShape(weights.rows == queries, name, weights.shape, "\(queries) rows, as queries")
    }
    try requireIndices(pairs, below: bankRows, named: "pairs")
    try requireIndices(queryPairs, below: bankRows, named: "query-pairs")
  }
}
