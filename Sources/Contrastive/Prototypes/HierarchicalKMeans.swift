/// Clusterings of clusterings, from the points up.
///
/// Level 0 clusters the points; level l + 1 clusters the centroids of level l, divided by their
/// norms. A point's cluster on a level is the parent of its cluster on the level below.
///
/// Source: Guo et al., "HCSC: hierarchical contrastive selective coding", CVPR 2022.
public struct HierarchicalKMeans: Sendable {
  /// The clustering of each level, whose points are, above level 0, the centroids below.
  public let levels: [KMeansResult]
  /// The cluster of each *point* on each level.
  public let assignments: [[Int]]

  /// The cluster on level l + 1 of each cluster of level l.
  package var parents: [[Int]] { levels.dropFirst().map(\.assignments) }

  /// Clusters the points, then centroids, level by level.
  ///
  /// Level l uses the seed plus l.
  ///
  /// - Parameters:
  ///   - points: [n × D].
  ///   - clusters: clusters of each level, each fewer than or as many as the level before.
  ///   - options: metric, iterations, restarts, seed and seeding of every level; given centroids
  ///     are for level 0 alone.
  ///   - argument: the name of the points in errors.
  ///   - workers: the threads to use; no effect on the result.
  ///   - progress: as in `KMeans.fit`, with the level; false ends with the levels done so far.
  /// - Throws: as `KMeans.fit`; `.parameter` for no levels or a level larger than the one before;
  ///   `.zeroNorm` for a centroid at the origin, unless `options` keeps it.
  public init(
    _ points: Matrix, clusters: [Int], options: KMeans, argument: String = "points",
    workers: Workers = .all,
    progress: (_ level: Int, KMeansProgress) -> Bool = { _, _ in true }
  ) throws(ContrastiveError) {
    try requireParameter(
      !clusters.isEmpty && zip(clusters, clusters.dropFirst()).allSatisfy({ $0 >= $1 }), "clusters",
      clusters, "levels that do not grow")
    var levels: [KMeansResult] = []
    var assignments: [[Int]] = []
    var members = points
    var goesOn = true
    for (level, count) in clusters.enumerated() where goesOn {
      let name = level == 0 ? argument : "centroids of level \(level - 1)"
      let result = try options.options(for: level).fit(
        members, clusters: count, argument: name, workers: workers
      ) {
        goesOn = progress(level, $0)
        return goesOn
      }
      let own = result.assignments
      assignments.append(assignments.last.map { below in below.map { own[$0] } } ?? own)
      levels.append(result)
      if level + 1 < clusters.count {
        members = try result.centroids.normalized(
          argument: "centroids of level \(level)", zeroRows: options.zeroRows
        ).rows
      }
    }
    self.levels = levels
    self.assignments = assignments
  }
}
