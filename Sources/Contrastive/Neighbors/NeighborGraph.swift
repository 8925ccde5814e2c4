/// A directed graph of n nodes with k neighbors each, such as a bank's rows with their nearest
/// rows.
public struct NeighborGraph: Sendable, Equatable {
  /// Number of nodes.
  package let nodes: Int
  /// Neighbors of each.
  package let k: Int
  /// [nodes × k], row-major.
  package let indices: [Int]

  /// A graph from a table of indices; a node may be its own neighbor, and one more than once.
  ///
  /// - Parameters:
  ///   - nodes: at least 1.
  ///   - indices: [nodes × k] row-major, each a node.
  ///   - name: the table's name, for errors.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.index`.
  public init(
    nodes: Int, indices: [Int], named name: String = "neighbors"
  ) throws(ContrastiveError) {
    guard nodes > 0, !indices.isEmpty else { throw .empty(argument: name) }
    let k = nodes < indices.count ? pieces(indices.count, nodes) : 1
    try requireIndices(indices, count: nodes * k, below: nodes, named: name)
    self.nodes = nodes
    self.k = k
    self.indices = indices
  }

  /// The graph of a bank's nearest rows in itself.
  ///
  /// - Parameter table: a table of the bank's rows in the bank.
  /// - Throws: `ContrastiveError.index` when the table was made in another bank.
  public init(_ table: NeighborTable) throws(ContrastiveError) {
    try self.init(nodes: table.rows, indices: table.indices)
  }

  /// Checks the length of the longest walk, which is 1 … 16: the work grows with it.
  ///
  /// - Throws: `ContrastiveError.parameter`.
  package static func requireSteps(_ steps: Int, named name: String) throws(ContrastiveError) {
    try requireParameter(1...16 ~= steps, name, steps, "1 … 16")
  }

  /// The nodes that walks of 1 … `steps` steps from a node end at, each as often as walks end
  /// there.
  ///
  /// k + k² + … + k^steps walks in all, the start among their ends if a walk comes back. This is
  /// how InvP (Wang et al., NeurIPS 2020, § 3.1) spreads positives over the graph, in its authors'
  /// code.
  ///
  /// Complexity: O(steps · k · nodes reached), without listing the walks.
  ///
  /// - Parameters:
  ///   - start: a node.
  ///   - steps: at least 0.
  ///   - most: a node's count is not followed beyond this.
  /// - Returns: nodes in ascending order, each with its count, at most `most`.
  package func walkEnds(
    from start: Int, steps: Int, countingTo most: Int = .max
  ) -> [(node: Int, count: Int)] {
    var ends: [Int: Int] = [:]
    var level = [start: 1]
    for _ in 0..<max(0, steps) {
      var next: [Int: Int] = [:]
      for (node, count) in level {
        for neighbor in indices[(node * k)..<((node + 1) * k)] {
          next[neighbor] = saturated(next[neighbor, default: 0], count, most)
        }
      }
      for (node, count) in next { ends[node] = saturated(ends[node, default: 0], count, most) }
      level = next
    }
    return ends.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func saturated(_ a: Int, _ b: Int, _ most: Int) -> Int {
    let (sum, over) = a.addingReportingOverflow(b)
    return over ? most : min(sum, most)
  }
}
