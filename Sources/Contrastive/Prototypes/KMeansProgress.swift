/// How the distances to be computed are chosen.
public enum KMeansStrategy: String, Sendable {
  /// A lower bound for every point and centroid rules out those that cannot be nearest (Elkan).
  ///
  /// Memory: 2 · n · (k + ⌈k / 32⌉) bytes of bounds.
  case perCentroid = "per-centroid bounds"
  /// A lower bound for every point and group of centroids rules groups out (Yinyang).
  ///
  /// Memory: 2 · n · g bytes of bounds with g groups, a tenth of k or as many as fit.
  case perGroup = "group bounds"
  /// All n · k distances in every iteration (Lloyd).
  case exhaustive
}

/// Where a k-means run stands.
public struct KMeansProgress: Sendable, Equatable {
  /// Which restart, from 0.
  public let restart: Int
  /// Iterations done.
  public let iteration: Int
  /// Points whose cluster changed in the last assignment; all of them in the first.
  public let moved: Int
  /// Share of the n · k distances that the last assignment computed.
  public let computedShare: Double
  /// Σ ‖x − c(a(x))‖² from the clusters' sums, good to 2⁻⁵⁰ of Σ ‖x‖².
  ///
  /// `KMeansState.objective` has every digit.
  public let objective: Double
  /// Whether nothing changed any more.
  public let isConverged: Bool
}

/// A finished clustering.
public struct KMeansResult: Sendable {
  /// The last state, from which a later run can start warm.
  public let state: KMeansState
  /// Σ ‖x − c(a(x))‖², in Double.
  public let objective: Double
  /// Which restart won, from 0.
  public let restart: Int

  /// [k × D].
  public var centroids: Matrix { state.centroids }
  /// The cluster of each point, which is the one of its nearest centroid.
  public var assignments: [Int] { state.assignments }
  /// Members of each cluster, each at least 1.
  public var counts: [Int] { state.counts }
  /// Iterations done.
  public var iterations: Int { state.iteration }
  /// Whether the last iteration changed nothing.
  public var isConverged: Bool { state.isConverged }
}
