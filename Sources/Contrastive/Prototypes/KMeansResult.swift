/// A clustering: what `KMeans.fit` has reached.
///
/// A value that can be continued: `advance` goes on by one iteration, on the result or on any copy
/// of it, so a copy is a checkpoint. `KMeans.refit` goes on after points have moved.
public struct KMeansResult: Sendable {
  package private(set) var state: KMeansState
  /// Σ ‖x − c(a(x))‖², in Double; for spherical that of the unit rows.
  public private(set) var objective: Double
  /// Which restart won, from 0.
  public let restart: Int

  init(state: KMeansState, objective: Double, restart: Int) {
    self.state = state
    self.objective = objective
    self.restart = restart
  }

  /// [k × D].
  public var centroids: Matrix { state.centroids }
  /// The cluster of each point: that of its nearest centroid, the lowest on a tie.
  public var assignments: [Int] { state.assignments }
  /// Members of each cluster, each at least 1.
  public var counts: [Int] { state.counts }
  /// Iterations done.
  public var iterations: Int { state.iteration }
  /// Whether the last iteration changed nothing.
  public var isConverged: Bool { state.isConverged }
  /// How distances were chosen.
  public var strategy: KMeansStrategy { state.strategy }
  /// Share of the n · k distances of all assignments that was computed.
  public var computedShare: Double { state.computedShare }

  /// ‖x − c(a(x))‖² of each point, in Double.
  ///
  /// Complexity: O(n · D).
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Returns: one number for each point.
  public func squaredDistances(workers: Workers = .all) -> [Double] {
    state.squaredDistances(workers: workers)
  }

  /// One more iteration: the centroids become the means of their members, points are assigned to
  /// them.
  ///
  /// Does nothing once nothing changes.
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.parameter` when there are fewer distinct points than clusters,
  ///   `.canceled`; the result is then not to be used any more.
  public mutating func advance(workers: Workers = .all) throws(ContrastiveError) {
    guard !isConverged else { return }
    try state.advance(workers: workers)
    objective = state.objective(workers: workers)
  }
}
