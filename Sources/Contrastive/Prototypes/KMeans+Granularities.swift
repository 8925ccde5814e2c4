extension KMeans {
  /// Clusters the same points into several numbers of clusters, one clustering after the other.
  ///
  /// What PCL's M clusterings are. Clustering m uses the seed plus m and is what `fit` with that
  /// seed gives; the points are checked and prepared once. Given initial centroids are for the
  /// first; the others are seeded by k-means++.
  ///
  /// - Parameters:
  ///   - points: [n × D].
  ///   - counts: the numbers of clusters, at least one; `clusters` is not used.
  ///   - argument: the name of the points in errors.
  ///   - workers: the threads to use; no effect on the result.
  ///   - progress: as in `fit`, with the clustering; false ends with what there is so far.
  /// - Returns: a clustering for each number.
  /// - Throws: as `fit`; `.parameter` for no numbers, or one below 1.
  public func fit(
    _ points: Matrix, clusters counts: [Int], argument: String = "points",
    workers: Workers = .all,
    progress: (_ clustering: Int, KMeansProgress) -> Bool = { _, _ in true }
  ) throws(ContrastiveError) -> [KMeansResult] {
    guard !counts.isEmpty, counts.allSatisfy({ $0 > 0 }) else {
      throw .parameter(
        name: "clusters", found: "\(counts)", expected: "one or more numbers of at least 1")
    }
    let prepared = try PreparedPoints(
      points, argument: argument, metric: metric, workers: workers)
    var results: [KMeansResult] = []
    var goesOn = true
    for (clustering, count) in counts.enumerated() where goesOn {
      var options = self
      options.clusters = count
      options.seed = seed &+ UInt64(clustering)
      if clustering > 0, case .given = seeding { options.seeding = .plusPlus }
      results.append(
        try options.fit(prepared, workers: workers) {
          goesOn = progress(clustering, $0)
          return goesOn
        })
    }
    return results
  }
}
