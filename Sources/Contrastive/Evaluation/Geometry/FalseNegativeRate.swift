/// How often what a contrastive loss pushes away is of the anchor's own class.
///
/// ```
/// overall = Σ_c n_c (n_c − 1) / (n (n − 1))       a random other row
/// nearest = share of the k nearest others that carry the row's label: the hardest negatives
/// ```
/// Rows without a label (−1) are excluded, as anchors and as negatives. The better an
/// encoder, the more of its hardest negatives are false.
public struct FalseNegativeRate: Sendable, Equatable {
  /// Of a random other row, 0 … 1.
  public let overall: Double
  /// Of the nearest others, 0 … 1.
  public let nearest: Double

  /// Counts labels along a kNN graph.
  ///
  /// - Parameters:
  ///   - graph: the nearest others of each row.
  ///   - labels: the label of each row, −1 for none.
  /// - Throws: `ContrastiveError`: `.shape`, or `.index` when the table is of another set.
  public init(graph: NeighborTable, labels: [Int]) throws(ContrastiveError) {
    try requireLabels(labels, count: graph.rows)
    try requireIndices(graph.indices, below: labels.count, named: "neighbors")
    var (same, pairs) = (0, 0)
    for (position, index) in graph.indices.enumerated() {
      let own = labels[position / graph.k]
      guard own != unlabeled, labels[index] != unlabeled else { continue }
      pairs += 1
      if labels[index] == own { same += 1 }
    }
    nearest = Double(same) / Double(max(1, pairs))
    let known = labels.filter { $0 != unlabeled }
    let counts = Dictionary(known.map { ($0, 1) }, uniquingKeysWith: +).values
    let n = Double(known.count)
    overall =
      counts.reduce(0) { $0 + Double($1) * Double($1 - 1) } / max(1, n * (n - 1))
  }
}
