/// How often what a contrastive loss pushes away is of the anchor's own class.
///
/// ```
/// overall = Σ_c n_c (n_c − 1) / (n (n − 1))       a random other row
/// nearest = share of the k nearest others that carry the row's label: the hardest negatives
/// ```
/// The better an encoder, the more of its hardest negatives are false.
public struct FalseNegativeRate: Sendable, Equatable {
  /// Of a random other row, 0 … 1.
  public let overall: Double
  /// Of the nearest others, 0 … 1.
  public let nearest: Double

  /// Counts labels along a kNN graph.
  ///
  /// - Parameters:
  ///   - graph: the nearest others of each row.
  ///   - labels: the label of each row.
  /// - Throws: `ContrastiveError`: `.shape`, or `.index` when the table is of another set.
  public init(graph: NeighborTable, labels: [Int64]) throws(ContrastiveError) {
    guard labels.count == graph.rows else {
      throw .shape(
        argument: "labels", found: "[\(labels.count)]",
        expected: "[\(graph.rows)], one for each row")
    }
    var same = 0
    for (position, index) in graph.indices.enumerated() {
      guard index < labels.count else {
        throw .index(
          argument: "neighbors", position: position, found: "\(index)",
          expected: "0 ..< \(labels.count)")
      }
      if labels[index] == labels[position / graph.k] { same += 1 }
    }
    nearest = Double(same) / Double(max(1, graph.indices.count))
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values
    let n = Double(labels.count)
    overall =
      counts.reduce(0) { $0 + Double($1) * Double($1 - 1) } / max(1, n * (n - 1))
  }
}
