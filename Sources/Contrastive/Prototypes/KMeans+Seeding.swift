extension KMeans {
  /// The first centroids of a restart.
  func initialCentroids(
    _ points: PreparedPoints, clusters: Int, codes: inout CodeUse, restart: Int, workers: Workers,
    progress: (KMeansProgress) -> Bool
  ) throws(ContrastiveError) -> Matrix {
    var random = CounterRandom(seed: seed, 0x6b6d_6561_6e73, UInt64(restart))
    switch seeding {
    case .given(let centroids): return try given(centroids, points, clusters)
    case .randomPoints:
      let rows = try randomRows(points, clusters, using: &random)
      return points.matrix.rows(at: rows)
    case .plusPlus:
      let shares = PointShares(rows: points.rows, clusters: clusters, workers: workers)
      let rows = try plusPlusRows(
        points, clusters: clusters,
        codes: codes.codes(of: points, rows: shares.ownRows, workers: workers), using: &random,
        workers: workers
      ) { chosen, potential in
        progress(
          KMeansProgress(
            restart: restart, iteration: -1, moved: points.rows,
            computedShare: Double(chosen) / Double(clusters), objective: potential,
            isConverged: false))
      }
      return points.matrix.rows(at: rows)
    }
  }

  private func given(
    _ centroids: Matrix, _ points: PreparedPoints, _ clusters: Int
  ) throws(ContrastiveError) -> Matrix {
    try requireShape(
      centroids.rows == clusters && centroids.columns == points.dimension, "initial",
      centroids.shape, "[\(clusters) × \(points.dimension)], a row for each cluster")
    guard metric == .euclidean else {
      return try centroids.normalized(argument: "initial").rows
    }
    try Operand("initial", centroids).requireFinite()
    return centroids
  }

  /// Distinct points in random order.
  private func randomRows(
    _ points: PreparedPoints, _ clusters: Int, using random: inout CounterRandom
  ) throws(ContrastiveError) -> [Int] {
    var seen = Set<Matrix.Row>()
    var rows: [Int] = []
    for row in random.permutation(points.rows) where rows.count < clusters {
      if points.canSeed(row), seen.insert(points.matrix.row(row)).inserted { rows.append(row) }
    }
    guard rows.count == clusters else { throw points.tooFew(distinct: rows.count, for: clusters) }
    return rows
  }
}

extension PreparedPoints {
  /// The error for more clusters than there are distinct points.
  func tooFew(distinct: Int, for clusters: Int) -> ContrastiveError {
    .parameter(
      name: "clusters", found: "\(clusters)",
      expected: "at most \(distinct), the number of distinct points")
  }
}
