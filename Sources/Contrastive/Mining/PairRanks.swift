/// Where the own document of each pair stands among all documents.
///
/// ```
/// rank      1 + the documents that are more similar to the query, or as similar and earlier
/// recall@k  the share of the pairs of a rank of at most k
/// mrr@k     the mean of 1 / rank, 0 beyond k
/// ndcg@k    the mean of 1 / log2(1 + rank), 0 beyond k
/// ```
/// Similarities are cosines in Double. Each pair counts by itself: another document of the same
/// query is one like any other.
public struct PairRanks: Sendable, Equatable {
  /// The largest rank that is told.
  package let depth: Int
  /// The rank of each pair; nil beyond the depth asked for.
  public let ranks: [Int?]

  /// Ranks pairs.
  ///
  /// Complexity: 2 · pairs · documents · D floating-point operations.
  ///
  /// - Parameters:
  ///   - pairs: a row of the queries and one of the documents each; at least one.
  ///   - queries: [N × D], none of those in pairs zeros.
  ///   - documents: [M × D].
  ///   - depth: the largest rank to tell, at least 1.
  ///   - isOneSet: whether queries and documents are one set, where a row is no document of its
  ///     own.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.index`, `.nonFinite`, `.zeroNorm`,
  ///   `.parameter`, `.canceled`.
  public init(
    of pairs: [(query: Int, document: Int)], queries: Matrix, documents: Matrix, depth: Int = 10,
    isOneSet: Bool = false, workers: Workers = .all
  ) throws(ContrastiveError) {
    try requireParameter(depth > 0, "depth", depth, "at least 1")
    guard !pairs.isEmpty else { throw .empty(argument: "pairs") }
    try requireIndices(pairs.map(\.query), below: queries.rows, named: "pairs")
    try requireIndices(pairs.map(\.document), below: documents.rows, named: "pairs")
    try Operand("documents", documents).requireDimension(of: Operand("queries", queries))
    let rows = try CosineRows(
      queries.rows(at: pairs.map(\.query)), argument: "queries", workers: workers)
    let columns = try CosineRows(documents, argument: "documents", workers: workers)
    // One more where a row finds itself.
    let nearest = min(depth, documents.rows - (isOneSet ? 1 : 0)) + (isOneSet ? 1 : 0)
    let search = NearestCosines(
      rows: rows, columns: columns, k: nearest, memory: nil, workers: workers)
    var ranks = [Int?](repeating: nil, count: pairs.count)
    try ranks.withMutableSharedMemory { ranks throws(ContrastiveError) in
      try search.forEach(filling: ranks, perRow: 1, workers: workers) { row, nearest in
        var rank = 0
        while rank < depth, let near = nearest.next() {
          if isOneSet, near.column == pairs[row].query { continue }
          rank += 1
          if near.column == pairs[row].document {
            ranks[row] = rank
            break
          }
        }
      }
    }
    self.depth = depth
    self.ranks = ranks
  }

  /// The share of the pairs whose document is among the first k.
  ///
  /// - Throws: `ContrastiveError.parameter` for a k beyond the depth asked for.
  public func recall(at k: Int) throws(ContrastiveError) -> Double {
    try mean(at: k) { _ in 1 }
  }

  /// The mean reciprocal rank.
  ///
  /// - Throws: `ContrastiveError.parameter` for a k beyond the depth asked for.
  public func mrr(at k: Int) throws(ContrastiveError) -> Double {
    try mean(at: k) { 1 / Double($0) }
  }

  /// The mean discounted gain of the one document.
  ///
  /// - Throws: `ContrastiveError.parameter` for a k beyond the depth asked for.
  public func ndcg(at k: Int) throws(ContrastiveError) -> Double {
    try mean(at: k) { logarithm(2.0) / logarithm(Double(1 + $0)) }
  }

  private func mean(at k: Int, _ gain: (Int) -> Double) throws(ContrastiveError) -> Double {
    try requireParameter(k <= depth, "k", k, "at most the depth, \(depth)")
    let sum = ranks.reduce(0.0) { sum, rank in
      rank.map { $0 <= k ? sum + gain($0) : sum } ?? sum
    }
    return sum / Double(ranks.count)
  }
}
