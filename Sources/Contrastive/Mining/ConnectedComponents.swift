/// The connected components of a graph, each named by its lowest node.
struct ConnectedComponents: Sendable {
  /// The lowest node of each node's component.
  let lowest: [Int32]

  /// Complexity: O(nodes + pairs · α(nodes)), nearly linear.
  init(nodes: Int, pairs: some Sequence<Duplicates.Pair>) {
    var parents = (0..<Int32(nodes)).map(\.self)
    parents.withUnsafeMutableBufferPointer { parents in
      func root(_ node: Int32) -> Int32 {
        var node = node
        while parents[Int(node)] != node {
          parents[Int(node)] = parents[Int(parents[Int(node)])]
          node = parents[Int(node)]
        }
        return node
      }
      for pair in pairs {
        let (a, b) = (root(pair.first), root(pair.second))
        // The lower root stays one, so that it names the component.
        if a < b { parents[Int(b)] = a } else if b < a { parents[Int(a)] = b }
      }
      for node in parents.indices { parents[node] = root(Int32(node)) }
    }
    lowest = parents
  }

  /// Whether each row is the one of its component that is kept.
  ///
  /// Throws `ContrastiveError.canceled`.
  func representatives(
    _ representative: Duplicates.Representative, of rows: CosineRows, workers: Workers
  ) throws(ContrastiveError) -> [Bool] {
    var kept = lowest.enumerated().map { $0 == Int($1) }
    guard representative == .central else { return kept }
    let groups = members.filter { $0.count > 2 }
    let central = rows.given.withSharedMemory { values in
      workers.mapUntilCanceled(groups.count) { Self.central(groups[$0], rows, values) }
    }
    try workers.checkCanceled()
    for (group, row) in zip(groups, central) {
      kept[Int(group[0])] = false
      kept[Int(row)] = true
    }
    return kept
  }

  /// The components of more than one node, their nodes ascending.
  private var members: [[Int32]] {
    var places: [Int32: Int] = [:]
    var groups: [[Int32]] = []
    for (node, root) in lowest.enumerated() where Int(root) != node {
      if let place = places[root] {
        groups[place].append(Int32(node))
      } else {
        places[root] = groups.count
        groups.append([root, Int32(node)])
      }
    }
    return groups
  }

  /// The row of the largest cosine with the mean of a group's unit rows.
  private static func central(
    _ group: [Int32], _ rows: CosineRows, _ values: SharedReadOnlyMemory<Float>
  ) -> Int32 {
    let dimension = rows.given.columns
    var mean = [Double](repeating: 0, count: dimension)
    for row in group {
      let (from, factor) = (values + Int(row) * dimension, 1 / rows.squares[Int(row)].squareRoot())
      for column in 0..<dimension { mean[column] += Double(from[column]) * factor }
    }
    let dots = group.map { row in
      let (from, factor) = (values + Int(row) * dimension, 1 / rows.squares[Int(row)].squareRoot())
      var sum = 0.0
      for column in 0..<dimension { sum += Double(from[column]) * mean[column] }
      return sum * factor
    }
    let enough = (dots.max() ?? 0) - 1e-12 * Double(group.count)
    return group[dots.firstIndex { $0 >= enough } ?? 0]
  }
}
