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
