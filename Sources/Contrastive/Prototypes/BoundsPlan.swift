/// Which bounds suit a problem.
struct BoundsPlan: Sendable, Equatable {
  let strategy: KMeansStrategy
  /// Groups of centroids that have a bound of their own.
  let groups: Int

  /// The least number of centroids that are worth a bound each.
  static let minClusters = 4
  /// Centroids of a group where memory does not ask for more.
  static let groupSize = 10

  /// Bounds for each centroid where they fit the memory, else for each of as many groups as fit.
  init(clusters: Int, rows: Int, options: KMeans) {
    let runs = pieces(clusters, ClusterKernels.chunk)
    let fits = options.boundsMemory / max(1, 2 * rows)
    let groups = max(1, min(pieces(clusters, Self.groupSize), fits))
    let chosen: KMeansStrategy =
      if clusters < Self.minClusters {
        .exhaustive
      } else if clusters + runs <= fits {
        .perCentroid
      } else if fits > 0 && groups * 100 >= clusters {
        .perGroup
      } else {
        .exhaustive
      }
    strategy = options.strategy == .codes ? .exhaustive : options.strategy ?? chosen
    self.groups =
      switch strategy {
      case .perCentroid: runs
      case .perGroup: groups
      case .exhaustive, .codes: 0
      }
  }
}
