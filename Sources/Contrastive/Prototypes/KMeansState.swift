/// A k-means run between two iterations: centroids, assignments and bounds on the distances.
///
/// A value: a copy is a checkpoint that `advance` continues from.
///
/// Memory: see `KMeans.memory`.
package struct KMeansState: Sendable {
  var points: PreparedPoints
  /// [k × D].
  package internal(set) var centroids: Matrix
  /// Iterations done.
  package private(set) var iteration = 0
  /// Whether the last iteration changed nothing.
  package private(set) var isConverged = false
  /// Points whose cluster changed in the last assignment.
  package private(set) var moved = 0
  /// Distances computed so far, those of the first assignment included.
  package internal(set) var computedDistances = 0
  /// Assignments made so far, those that filled empty clusters included.
  package internal(set) var assignmentsMade = 0
  /// Distances computed by the last assignment.
  var computedLast = 0

  var labels: [UInt32]
  private(set) var sums: CentroidSums
  /// An upper bound on each point's distance to its centroid.
  var reach: [Double]
  var bounds: DistanceBounds

  /// Assigns points to given centroids.
  init(
    points: PreparedPoints, centroids: Matrix, options: KMeans, workers: Workers
  ) throws(ContrastiveError) {
    self.points = points
    self.centroids = centroids
    labels = [UInt32](repeating: ClusterMove.none, count: points.rows)
    reach = [Double](repeating: .infinity, count: points.rows)
    sums = CentroidSums(
      clusters: centroids.rows, dimension: points.dimension, rows: points.rows,
      largest: points.largest)
    bounds = DistanceBounds(
      rows: points.rows, centroids: centroids, options: options, workers: workers)
    _ = try reassign(workers: workers)
  }

  /// Continues with points that have moved; iterations are counted from 0.
  mutating func restart(
    with moved: PreparedPoints, at start: KMeans.WarmStart, workers: Workers
  ) throws(ContrastiveError) {
    try Operand(moved.argument, moved.matrix).requireShape(
      of: Operand("the last run's points", points.matrix))
    let dimension = points.dimension
    let steps = points.matrix.withUnsafeBufferPointer { old in
      let old = SharedReadOnlyMemory(old)
      return moved.matrix.eachIndexedRow(of: Double.self, workers: workers) { index, row in
        ClusterKernels.best.squaredDistance(row, old + index * dimension, count: dimension)
          .squareRoot()
      }
    }
    bounds.pointsMoved(by: steps, workers: workers)
    bounds.require(
      largestDistance: (moved.norms.max() ?? 0).squareRoot()
        + (centroids.squaredNorms(workers: workers).max() ?? 0).squareRoot())
    for row in reach.indices { reach[row] = (reach[row] + steps[row]) * (1 + 0x1p-50) }
    points = moved
    iteration = 0
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

  /// Number of clusters.
  package var clusters: Int { centroids.rows }
  /// The cluster of each point: that of its nearest centroid, the lowest on a tie.
  package var assignments: [Int] { labels.map(Int.init) }
  /// Members of each cluster, each at least 1.
  package var counts: [Int] { sums.counts }
  /// How distances are chosen.
  package var strategy: KMeansStrategy { bounds.strategy }
  /// Groups of centroids that have a lower bound of their own; 0 with `KMeansStrategy.exhaustive`.
  package var groups: Int { strategy == .exhaustive ? 0 : bounds.groups.count }
  /// Share of all the distances of all assignments that was computed.
  package var computedShare: Double {
    let all = Double(points.rows) * Double(clusters) * Double(max(1, assignmentsMade))
    return Double(computedDistances) / all
  }

  /// One iteration: the centroids become the means of their members, points are assigned to them.
  ///
  /// Does nothing once nothing changes.
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.parameter` when there are fewer distinct points than clusters.
  package mutating func advance(workers: Workers = .all) throws(ContrastiveError) {
    guard !isConverged else { return }
    moveCentroidsToMeans(workers: workers)
    iteration += 1
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

  private mutating func moveCentroidsToMeans(workers: Workers) {
    let dimension = points.dimension
    let onSphere = points.metric == .spherical
    let old = centroids
    let sums = sums
    var drifts = [Double](repeating: 0, count: clusters)
    let clusters = clusters
    centroids = Matrix(rows: clusters, columns: dimension) { fresh in
      let fresh = SharedMemory(fresh)
      old.withUnsafeBufferPointer { old in
        let old = SharedReadOnlyMemory(old)
        drifts.withUnsafeMutableBufferPointer { drifts in
          let drifts = SharedMemory(drifts)
          workers.forEach(pieces(clusters, 16)) { piece, _ in
            for cluster in (piece * 16)..<min(clusters, (piece + 1) * 16) {
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
  }

  /// Widens the bounds by how far each centroid has moved.
  mutating func noteMoves(_ drifts: [Double], workers: Workers) {
    bounds.centroidsMoved(by: drifts, workers: workers)
    for row in labels.indices where labels[row] != ClusterMove.none {
      // The factor stands above the rounding of the sum.
      reach[row] = (reach[row] + drifts[Int(labels[row])]) * (1 + 0x1p-50)
    }
  }

  /// Σ ‖x − c(a(x))‖² in Double.
  ///
  /// Complexity: O(n · D).
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Returns: the objective, for spherical that of the unit rows.
  package func objective(workers: Workers = .all) -> Double {
    // Added up in point order.
    squaredDistances(workers: workers).reduce(0, +)
  }

  /// ‖x − c(a(x))‖² of each point, in Double.
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Returns: one number for each point.
  package func squaredDistances(workers: Workers = .all) -> [Double] {
    let dimension = points.dimension
    return centroids.withUnsafeBufferPointer { centroids in
      let centroids = SharedReadOnlyMemory(centroids)
      return labels.withUnsafeBufferPointer { labels in
        let labels = SharedReadOnlyMemory(labels)
        return points.matrix.eachIndexedRow(of: Double.self, workers: workers) { index, row in
          ClusterKernels.best.squaredDistance(
            row, centroids + Int(labels[index]) * dimension, count: dimension)
        }
      }
    }
  }

  /// Where the run stands.
  package func progress(restart: Int = 0) -> KMeansProgress {
    KMeansProgress(
      restart: restart, iteration: iteration, moved: moved,
      computedShare: Double(computedLast) / (Double(points.rows) * Double(clusters)),
      objective: max(0, points.squaredNorm + sums.squaredDistancesLessNorms(to: centroids)),
      isConverged: isConverged)
  }
}
