extension KMeansResult {
  /// Gives each empty cluster the point farthest from its centroid, the lowest on a tie, among the
  /// points of clusters with another member; points equal to one just given are passed over.
  ///
  /// Every move lowers the objective, so this ends.
  mutating func fill(_ empty: [Int], workers: Workers) throws(ContrastiveError) {
    let squares = squaredDistances(workers: workers)
    // Few are passed over, so that few of all points need be in order.
    let few = 2 * empty.count + 64
    var given = seeds(empty.count, from: farthest(few, squares))
    if given.count < empty.count && few < squares.count {
      let all = squares.indices.filter { squares[$0] > 0 && points.canSeed($0) }
      given = seeds(empty.count, from: all.sorted { (squares[$1], $0) < (squares[$0], $1) })
    }
    guard !given.isEmpty else {
      throw points.tooFew(distinct: points.distinctCount(), for: clusters)
    }
    var drifts = [Double](repeating: 0, count: clusters)
    for (cluster, row) in zip(empty, given) {
      drifts[cluster] = points.matrix.squaredDistance(row, to: centroids, cluster).squareRoot()
    }
    centroids.setRows(empty.prefix(given.count), to: points.matrix.rows(at: given))
    noteMoves(drifts, workers: workers)
  }

  /// The points farthest from their centroids, the lowest on a tie.
  private func farthest(_ count: Int, _ squares: [Double]) -> [Int] {
    var kept: [Int] = []
    for row in squares.indices where squares[row] > 0 && points.canSeed(row) {
      let isFull = kept.count == count
      if isFull, let last = kept.last, squares[row] <= squares[last] { continue }
      if isFull { kept.removeLast() }
      kept.insert(row, at: kept.partitioningIndex { squares[$0] < squares[row] })
    }
    return kept
  }

  /// The first of some points whose clusters have other members, each unlike those before it.
  private func seeds(_ count: Int, from order: [Int]) -> [Int] {
    var members = sums.counts
    var given: [Int] = []
    var seen = Set<Matrix.Row>()
    for row in order where given.count < count {
      let cluster = Int(labels[row])
      guard members[cluster] > 1, seen.insert(points.matrix.row(row)).inserted else { continue }
      members[cluster] -= 1
      given.append(row)
    }
    return given
  }
}

extension PreparedPoints {
  /// Number of different points that may be centroids.
  ///
  /// Complexity: O(rows · columns) on average.
  func distinctCount() -> Int {
    var seen = Set<Matrix.Row>()
    for index in 0..<rows where canSeed(index) { seen.insert(matrix.row(index)) }
    return seen.count
  }
}
