import Contrastive

/// Pairs for an adapter where none are known.
public enum MadePairs {
  /// Each row with the least similar of the rows that walks over the neighbor graph lead to.
  ///
  /// The graph is that of the `count` nearest others by cosine; walks have up to three steps, and
  /// one of the `count` least similar ends is drawn for each row, the row itself excluded.
  ///
  /// Source: Wang et al., "Unsupervised representation learning by invariance propagation",
  /// NeurIPS 2020, § 3.
  ///
  /// - Parameters:
  ///   - rows: [n × D], none of them zeros.
  ///   - count: neighbors of each, 1 … n − 1.
  ///   - seed: random seed of the draws.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the rows themselves as documents, and a pair for each.
  /// - Throws: `ContrastiveError`: `.parameter`, `.empty`, `.nonFinite`, `.zeroNorm`, `.canceled`.
  public static func neighbors(
    _ rows: Matrix, count: Int, seed: UInt64, workers: Workers = .all
  ) throws(ContrastiveError) -> (
    documents: Matrix, pairs: [(query: Int, document: Int)]
  ) {
    try Operand("embeddings", rows).requireRows()
    try requireParameter(
      count >= 1 && count < rows.rows, "neighbors", count, "1 … \(rows.rows - 1), the other rows")
    let unit = try rows.normalized().rows
    let graph = try NeighborGraph(NeighborTable(graphOf: unit, k: count, workers: workers))
    let ends = try graph.hardPositives(
      count + 1, of: unit, in: unit, indices: Array(0..<rows.rows), repeats: false,
      workers: workers)
    let pairs = ends.enumerated().map { row, ends in
      let others = ends.map(\.node).filter { $0 != row }
      var random = CounterRandom.stream(.bank, seed: seed, row)
      return (query: row, document: others[random.index(below: others.count)])
    }
    return (rows, pairs)
  }

  /// Each row with the centroid of its cluster, which is the document.
  ///
  /// Source: Li et al., "Prototypical Contrastive Learning of Unsupervised Representations",
  /// ICLR 2021.
  ///
  /// - Parameters:
  ///   - rows: [n × D], none of them zeros.
  ///   - count: number of clusters; nil for a tenth of the rows, at least 2 and at most as many as
  ///     have directions of their own.
  ///   - seed: random seed of the clustering.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the centroids as documents, and a pair for each row.
  /// - Throws: `ContrastiveError`: `.parameter`, `.empty`, `.nonFinite`, `.zeroNorm`, `.canceled`.
  public static func clusters(
    _ rows: Matrix, count: Int?, seed: UInt64, workers: Workers = .all
  ) throws(ContrastiveError) -> (
    documents: Matrix, pairs: [(query: Int, document: Int)]
  ) {
    let clusters = count ?? max(2, rows.distinctDirections(upTo: rows.rows / 10))
    let fit = try KMeans(metric: .spherical, seed: seed).fit(
      rows, clusters: clusters, argument: "embeddings", workers: workers)
    return (fit.centroids, fit.assignments.enumerated().map { (query: $0, document: $1) })
  }
}
