/// A clustering: what `KMeans.fit` has reached.
///
/// `KMeans.refit` goes on from here after points have moved. It keeps the points and what bounds
/// their distances; memory: see `KMeans`.
public struct KMeansResult: Sendable {
  var points: PreparedPoints
  /// [k × D].
  public internal(set) var centroids: Matrix
  /// Σ ‖x − c(a(x))‖², in Double; for spherical that of the unit rows.
  public internal(set) var objective = 0.0
  /// Which restart won, from 0.
  package internal(set) var restart = 0
  /// Iterations done.
  public internal(set) var iterations = 0
  /// Whether the last iteration changed nothing.
  public internal(set) var isConverged = false
  /// Points whose cluster changed in the last assignment.
  var moved = 0
  /// Distances computed so far, those of the first assignment included.
  package internal(set) var computedDistances = 0
  /// Distances computed by the last assignment.
  var computedLast = 0
  /// Assignments made so far, those that filled empty clusters included.
  package internal(set) var assignmentsMade = 0
  var labels: [UInt32]
  var sums: CentroidSums
  /// An upper bound on each point's distance to its centroid, for those that `bounds` has.
  ///
  /// As long as it has none, which is as long as codes are used, the distance of the last
  /// assignment.
  var reach: [Double]
  var bounds: DistanceBounds
  var codes: CodeUse

  /// Assigns points to given centroids.
  init(
    points: PreparedPoints, centroids: Matrix, options: KMeans, codes: CodeUse, workers: Workers
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
    self.codes = codes
    _ = try reassign(workers: workers)
  }

  var clusters: Int { centroids.rows }
  /// The cluster of each point: that of its nearest centroid, the lowest on a tie.
  public var assignments: [Int] { labels.map(Int.init) }
  /// Members of each cluster, each at least 1.
  package var counts: [Int] { sums.counts }
  /// How distances were chosen.
  package var strategy: KMeansStrategy { codes.areUsed ? .codes : bounds.strategy }
  /// Groups of centroids that have a lower bound of their own; 0 without bounds.
  package var groups: Int {
    [.exhaustive, .codes].contains(strategy) ? 0 : bounds.groups.count
  }
  /// Share of the n · k distances of all assignments that was computed.
  package var computedShare: Double {
    let all = Double(points.rows) * Double(clusters) * Double(max(1, assignmentsMade))
    return Double(computedDistances) / all
  }

  /// ‖x − c(a(x))‖² of each point, in Double.
  ///
  /// Complexity: O(n · D).
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Returns: one number for each point.
  public func squaredDistances(workers: Workers = .all) -> [Double] {
    let dimension = points.dimension
    return centroids.withSharedMemory { centroids in
      labels.withSharedMemory { labels in
        points.matrix.eachSharedRow(of: Double.self, workers: workers) { index, row in
          ClusterKernels.best.squaredDistance(
            row, centroids + Int(labels[index]) * dimension, count: dimension)
        }
      }
    }
  }

  /// One more iteration: the centroids become the means of their members, points are assigned to
  /// them.
  ///
  /// Does nothing once nothing changes.
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.parameter` when there are fewer distinct points than clusters,
  ///   `.canceled`; the result is then not to be used any more.
  package mutating func advance(workers: Workers = .all) throws(ContrastiveError) {
    guard !isConverged else { return }
    try iterate(workers: workers)
    measure(workers: workers)
  }
}
