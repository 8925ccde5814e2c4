extension KMeansResult {
  /// Continues with points that have moved; iterations are counted from 0.
  mutating func restart(
    with moved: PreparedPoints, at start: KMeans.WarmStart, workers: Workers
  ) throws(ContrastiveError) {
    try Operand(moved.argument, moved.matrix).requireShape(
      of: Operand("the last run's points", points.matrix))
    let dimension = points.dimension
    let steps = points.matrix.withSharedMemory { old in
      moved.matrix.eachSharedRow(of: Double.self, workers: workers) { index, row in
        ClusterKernels.best.squaredDistance(row, old + index * dimension, count: dimension)
          .squareRoot()
      }
    }
    bounds.pointsMoved(by: steps, workers: workers)
    bounds.require(
      largestDistance: (moved.norms.max() ?? 0).squareRoot()
        + (centroids.squaredNorms(workers: workers).max() ?? 0).squareRoot())
    for row in bounds.rows { reach[row] = (reach[row] + steps[row]) * (1 + 0x1p-50) }
    points = moved
    codes.forget()
    iterations = 0
    isConverged = false
    computedDistances = 0
    assignmentsMade = 0
    let changed = labels
    sums = CentroidSums(
      clusters: clusters, dimension: dimension, rows: points.rows, largest: points.largest)
    sums.apply(
      changed.indices.map {
        ClusterMove(row: UInt32($0), from: ClusterMove.none, to: changed[$0])
      }, points: points.matrix, workers: workers)
    if start == .means { moveCentroidsToMeans(workers: workers) }
    _ = try reassign(workers: workers)
  }

  /// One iteration, unless the last changed nothing, of `remaining` that may follow; the objective
  /// is left as it was.
  mutating func iterate(
    workers: Workers, of remaining: Int = 10
  ) throws(ContrastiveError) {
    guard !isConverged else { return }
    let drifts = moveCentroidsToMeans(workers: workers)
    codes.judge(self, moved: drifts, remaining: remaining)
    iterations += 1
    isConverged = try !reassign(workers: workers)
  }

  /// Assigns every point and fills empty clusters; says whether anything changed.
  mutating func reassign(workers: Workers) throws(ContrastiveError) -> Bool {
    var changed = false
    moved = 0
    computedLast = 0
    while true {
      try workers.checkCanceled()
      let moves = try assign(workers: workers)
      sums.apply(moves, points: points.matrix, workers: workers)
      moved += moves.count
      if !moves.isEmpty { changed = true }
      let empty = sums.counts.indices.filter { sums.counts[$0] == 0 }
      guard !empty.isEmpty else { return changed }
      changed = true
      try fill(empty, workers: workers)
    }
  }

  /// How far each centroid has moved.
  @discardableResult
  private mutating func moveCentroidsToMeans(workers: Workers) -> [Double] {
    let (dimension, onSphere) = (points.dimension, points.metric == .spherical)
    let (old, sums, clusters) = (centroids, sums, clusters)
    var drifts = [Double](repeating: 0, count: clusters)
    centroids = Matrix(rows: clusters, columns: dimension) { fresh in
      let fresh = SharedMemory(fresh)
      old.withSharedMemory { old in
        drifts.withMutableSharedMemory { drifts in
          workers.forEachRun(of: clusters, size: 16) { run in
            for cluster in run {
              let (mean, before) = (fresh + cluster * dimension, old + cluster * dimension)
              if sums.writeMean(of: cluster, onSphere: onSphere, to: mean) {
                drifts[cluster] = ClusterKernels.best.squaredDistance(
                  before, mean, count: dimension
                ).squareRoot()
              } else {
                mean.update(from: before, count: dimension)
              }
            }
          }
        }
      }
    }
    noteMoves(drifts, workers: workers)
    return drifts
  }

  /// Widens the bounds by how far each centroid has moved.
  mutating func noteMoves(_ drifts: [Double], workers: Workers) {
    bounds.centroidsMoved(by: drifts, workers: workers)
    for row in bounds.rows where labels[row] != ClusterMove.none {
      // The factor stands above the rounding of the sum.
      reach[row] = (reach[row] + drifts[Int(labels[row])]) * (1 + 0x1p-50)
    }
  }

  /// Adds up the objective, in point order.
  mutating func measure(workers: Workers) {
    objective = squaredDistances(workers: workers).reduce(0, +)
  }

  /// Where the run stands.
  package func progress(restart: Int = 0) -> KMeansProgress {
    KMeansProgress(
      restart: restart, iteration: iterations, moved: moved,
      computedShare: Double(computedLast) / (Double(points.rows) * Double(clusters)),
      objective: max(0, points.squaredNorm + sums.squaredDistancesLessNorms(to: centroids)),
      isConverged: isConverged)
  }
}
