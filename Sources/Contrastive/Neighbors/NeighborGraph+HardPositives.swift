extension NeighborGraph {
  /// A node that a walk from a query's own node leads to.
  package struct Positive: Sendable, Equatable {
    /// The node.
    package let node: Int
    /// Walks that end there, as far as they are among those wanted.
    package let count: Int
    /// ⟨query, node⟩.
    package let similarity: Double
  }

  /// The least similar of each query's positives: what InvP learns from.
  ///
  /// Positives are the ends of all walks of 1 … `steps` steps from the query's own node. With
  /// repeats each counts as often as walks end there, as in InvP's code; without, once.
  /// Similarities are in Double; ties go to the lower node.
  ///
  /// Complexity: O(steps · k · nodes reached + nodes reached · D) for each query.
  ///
  /// Source: Wang et al., "Unsupervised representation learning by invariance propagation", NeurIPS
  /// 2020, § 3.2.
  ///
  /// - Parameters:
  ///   - count: positives wanted, repeats counted; at least 1.
  ///   - queries: [B × D].
  ///   - bank: [nodes × D].
  ///   - indices: [B], each query's own node.
  ///   - steps: longest walk, 1 … 16.
  ///   - repeats: whether a node counts for every walk that ends there.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: of each query, positives from the least similar on, their counts adding up to
  ///   `count` or, where fewer are reached, to that.
  /// - Throws: `ContrastiveError`: `.parameter`, `.shape`, `.empty`, `.index`, `.nonFinite`,
  ///   `.tooLarge`, `.canceled`.
  package func hardPositives(
    _ count: Int, of queries: Matrix, in bank: Matrix, indices: [Int], steps: Int = 3,
    repeats: Bool = true, workers: Workers = .all
  ) throws(ContrastiveError) -> [[Positive]] {
    try requireParameter(count >= 1, "count", count, "at least 1")
    try Self.requireSteps(steps, named: "steps")
    let (rows, columns) = (Operand("queries", queries), Operand("bank", bank))
    try rows.requireRows()
    try columns.requireDimension(of: rows)
    try requireShape(
      bank.rows == nodes, "bank", bank.shape,
      "[\(nodes) × \(queries.columns)], a row for each node")
    try requireIndices(indices, count: queries.rows, below: nodes, named: "indices")
    try rows.requireFinite()
    try columns.requireFinite()
    let found = workers.mapUntilCanceled(queries.rows) { row in
      hardest(count, from: indices[row], steps: steps, repeats: repeats) {
        queries.dot(row, with: bank, $0)
      }
    }
    try workers.checkCanceled()
    return found
  }

  /// The first `count` ends of walks by similarity ascending, then node, the start among them or
  /// not; those without a similarity do not count.
  func hardest(
    _ count: Int, from start: Int, steps: Int, repeats: Bool, withStart: Bool = true,
    similarity: (Int) -> Double?
  ) -> [Positive] {
    let reached = walkEnds(from: start, steps: steps, countingTo: repeats ? count : 1)
      .filter { withStart || $0.node != start }
      .compactMap { end in
        similarity(end.node).map { Positive(node: end.node, count: end.count, similarity: $0) }
      }
      .sorted { ($0.similarity, $0.node) < ($1.similarity, $1.node) }
    var left = count
    var taken: [Positive] = []
    for end in reached where left > 0 {
      let counted = min(end.count, left)
      taken.append(Positive(node: end.node, count: counted, similarity: end.similarity))
      left -= counted
    }
    return taken
  }
}
