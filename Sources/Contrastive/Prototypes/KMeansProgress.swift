/// How the distances to be computed are chosen.
package enum KMeansStrategy: String, Sendable {
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
  /// Products of 8-bit codes rule centroids out, all n · k pairs in every iteration, and distances
  /// in Double decide among the others.
  ///
  /// Memory: n · (D + 20) bytes of codes, D rounded up to a multiple of 64 where AMX multiplies
  /// them; 2 · D where the processor has no product of 8 bits.
  case codes
}

/// Where a k-means run stands.
public struct KMeansProgress: Sendable, Equatable {
  /// Which restart, from 0.
  public let restart: Int
  /// Iterations done; −1 while k-means++ chooses centroids.
  public let iteration: Int
  /// Points whose cluster changed in the last assignment; all of them before the first iteration.
  public let moved: Int
  /// Share of the n · k distances that the last assignment computed; while centroids are chosen,
  /// the share of them that is.
  package let computedShare: Double
  /// Σ ‖x − c(a(x))‖² from the clusters' sums, good to 2⁻⁵⁰ of Σ ‖x‖².
  ///
  /// `KMeansResult.objective` has every digit. While centroids are chosen, it is with those there
  /// are.
  public let objective: Double
  /// Whether nothing changed any more.
  public let isConverged: Bool
}
