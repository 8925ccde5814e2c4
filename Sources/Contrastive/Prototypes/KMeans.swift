/// k-means by Lloyd's iteration: exactly its result, without most of its work.
///
/// ```
/// assign:  a(x) = argmin_c ‖x − c‖²        (ties: the lowest c)
/// update:  c = mean of { x : a(x) = c }    (spherical: divided by its norm)
/// ```
/// Distances are decided in Double: products of codes or Float32 and bounds only rule out centroids
/// that cannot be nearest, with a margin for rounding, and what is left is Σ (x − c)² in Double. So
/// the assignments are those of Lloyd's iteration, ties included, whichever strategy is used, and
/// the same for any number of threads and on every processor. Sums are exact (see `CentroidSums`).
///
/// One iteration is an update followed by an assignment; before the first there is an assignment to
/// the initial centroids. Hence assignments always belong to the centroids returned. After every
/// assignment each empty cluster takes over the point farthest from its centroid (of those whose
/// cluster has others), and points are assigned anew: there are always exactly k clusters, none
/// empty. Iteration stops when no assignment changes.
///
/// Spherical k-means works on unit rows (the points are normalized) with unit centroids: there the
/// nearest is the one of the largest dot product, and the objective is Σ ‖x̂ − ĉ‖² = 2 Σ (1 −
/// x̂·ĉ). A cluster whose members sum to zero keeps its centroid.
///
/// Complexity: 2 · n · k · D operations for the first assignment, then the share of it that bounds
/// do not rule out. Bytes held at most beyond the points given and the result's centroids, with W
/// workers:
/// ```
///   n · (16 + 84)            norms, clusters, distances; candidates and moves of a full pass
/// + [spherical] 4 · n · D    the unit points
/// + 2 · n · (s + g)          bounds: s = k rounded up to 32 for each centroid, else 0; g groups;
///   or n · (D + 20)          codes, where these are more; with AMX of D rounded up to 64
/// + k · (20 · D + 32)        exact sums, the centroids before, codes
/// + W · b                    a tile and its lists for each worker
/// ```
/// with b = 4 · max(197,120, 768 · D + 131,072 + 256 · e + 7 · k + 2,081), by codes at least
/// 4 · (298,496 + 96 · D), and e = k for bounds for each centroid, g for groups. Several
/// clusterings or restarts hold the winners' bounds or codes, too.
///
/// Sources: Lloyd, "Least squares quantization in PCM", 1982; Elkan, "Using the triangle inequality
/// to accelerate k-means", ICML 2003; Ding et al., "Yinyang k-means", ICML 2015 (groups); Dhillon
/// and Modha, "Concept decompositions for large sparse text data using clustering", 2001
/// (spherical); Kaukoranta, Fränti and Nevalainen, "A fast exact GLA based on code vector activity
/// detection", IEEE Transactions on Image Processing 9, 2000 (centroids that stay).
public struct KMeans: Sendable {
  /// Where points and centroids live.
  public enum Metric: String, Sendable, CaseIterable {
    /// Any points; centroids are means.
    case euclidean
    /// Unit points, unit centroids.
    case spherical
  }

  /// Where the first centroids come from.
  public enum Seeding: Sendable, Equatable {
    /// k-means++: each next centroid is a point drawn with probability ∝ its squared distance to
    /// the nearest so far.
    case plusPlus
    /// Distinct points, each equally likely.
    case randomPoints
    /// These rows; for spherical they are normalized.
    case given(Matrix)
  }

  /// Euclidean or spherical.
  package var metric: Metric
  /// Where the first centroids come from.
  package var seeding: Seeding
  /// Most iterations of each restart; 0 assigns to the initial centroids.
  package var iterations: Int
  /// Runs from different seeds; the one of the lowest objective is kept, the first on a tie.
  package var restarts: Int
  /// Random seed; restart r of seed s is the same in every run.
  package var seed: UInt64
  /// Most bytes the bounds or codes may take.
  package var boundsMemory: Int
  /// How distances are to be chosen, without effect on the result.
  ///
  /// Nil leaves it to the sizes, the data, the processor and `boundsMemory`.
  package var strategy: KMeansStrategy?
  /// What becomes of rows of zeros under spherical.
  ///
  /// Kept, they are as near to every centroid, go to one of the nearest within rounding, move none
  /// and become none.
  package let zeroRows: ZeroRows

  /// What to do.
  ///
  /// - Parameters:
  ///   - metric: Euclidean or spherical.
  ///   - seeding: where the first centroids come from.
  ///   - iterations: 0 or more.
  ///   - restarts: 1 or more; more than 1 makes no sense with given centroids and is refused.
  ///   - seed: random seed.
  ///   - boundsMemory: most bytes the bounds or codes may take, 0 for none.
  ///   - zeroRows: what becomes of rows of zeros under spherical. Kept, they are as near to every
  ///     centroid, go to one of the nearest within rounding, move none and become none.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    metric: Metric = .euclidean, seeding: Seeding = .plusPlus, iterations: Int = 20,
    restarts: Int = 1, seed: UInt64 = 0, boundsMemory: Int = 2 << 30,
    zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) {
    try self.init(
      metric: metric, seeding: seeding, iterations: iterations, restarts: restarts, seed: seed,
      boundsMemory: boundsMemory, zeroRows: zeroRows, strategy: nil)
  }

  /// The same with a choice of how distances are chosen.
  package init(
    metric: Metric = .euclidean, seeding: Seeding = .plusPlus, iterations: Int = 20,
    restarts: Int = 1, seed: UInt64 = 0, boundsMemory: Int = 2 << 30,
    zeroRows: ZeroRows = .refuse, strategy: KMeansStrategy?
  ) throws(ContrastiveError) {
    try requireParameter(iterations >= 0, "iterations", iterations, "0 or more")
    try requireParameter(restarts > 0, "restarts", restarts, "1 or more")
    if case .given = seeding, restarts > 1 {
      throw .parameter(
        name: "restarts", found: "\(restarts)", expected: "1 when the first centroids are given")
    }
    try requireParameter(boundsMemory >= 0, "boundsMemory", boundsMemory, "0 or more")
    self.metric = metric
    self.seeding = seeding
    self.iterations = iterations
    self.restarts = restarts
    self.seed = seed
    self.boundsMemory = boundsMemory
    self.zeroRows = zeroRows
    self.strategy = strategy
  }

  /// Clusters the points.
  ///
  /// - Parameters:
  ///   - points: [n × D].
  ///   - clusters: 1 or more, at most the number of distinct points.
  ///   - argument: the name of the points in errors.
  ///   - workers: the threads to use; no effect on the result.
  ///   - progress: called while k-means++ chooses centroids and after every assignment. Returning
  ///     false ends the work: with the result reached, not marked as converged, or with `.canceled`
  ///     when there is none yet.
  /// - Returns: the clustering.
  /// - Throws: `ContrastiveError`: `.parameter` when there are fewer distinct points than clusters
  ///   (it says how many), `.empty`, `.shape` for given centroids that do not fit, `.nonFinite`,
  ///   `.tooLarge`, `.zeroNorm` for a row of zeros under spherical that is refused, `.canceled`.
  public func fit(
    _ points: Matrix, clusters: Int, argument: String = "points", workers: Workers = .all,
    progress: (KMeansProgress) -> Bool = { _ in true }
  ) throws(ContrastiveError) -> KMeansResult {
    try Self.require([clusters])
    return try fit(
      PreparedPoints(
        points, argument: argument, metric: metric, zeroRows: zeroRows, workers: workers),
      clusters: clusters, workers: workers, progress: progress)
  }

  /// Clusters the same points into several numbers of clusters, such as PCL's granularities.
  ///
  /// Clustering m uses the seed plus m and is what `fit` with that seed gives; the points are
  /// checked and prepared once. Given initial centroids are for the first; the others are seeded by
  /// k-means++.
  ///
  /// - Parameters:
  ///   - points: [n × D].
  ///   - clusters: the numbers of clusters, at least one number.
  ///   - argument: the name of the points in errors.
  ///   - workers: the threads to use; no effect on the result.
  ///   - progress: as for one number, with the place of the clustering; false ends with the
  ///     clusterings there are so far.
  /// - Returns: a clustering for each number.
  /// - Throws: as for one number; `.parameter` for no numbers.
  public func fit(
    _ points: Matrix, clusters: [Int], argument: String = "points", workers: Workers = .all,
    progress: (_ clustering: Int, KMeansProgress) -> Bool = { _, _ in true }
  ) throws(ContrastiveError) -> [KMeansResult] {
    try Self.require(clusters)
    let prepared = try PreparedPoints(
      points, argument: argument, metric: metric, zeroRows: zeroRows, workers: workers)
    var results: [KMeansResult] = []
    var goesOn = true
    for (place, count) in clusters.enumerated() where goesOn {
      results.append(
        try options(for: place).fit(prepared, clusters: count, workers: workers) {
          goesOn = progress(place, $0)
          return goesOn
        })
    }
    return results
  }

  private static func require(_ clusters: [Int]) throws(ContrastiveError) {
    try requireParameter(!clusters.isEmpty, "clusters", "no number", "at least one")
    for count in clusters where count < 1 {
      throw .parameter(name: "clusters", found: "\(count)", expected: "1 or more")
    }
  }

  /// The options of one of several clusterings.
  func options(for place: Int) -> KMeans {
    var options = self
    options.seed = seed &+ UInt64(place)
    if place > 0, case .given = seeding { options.seeding = .plusPlus }
    return options
  }

  /// Clusters points that were checked.
  private func fit(
    _ points: PreparedPoints, clusters: Int, workers: Workers,
    progress: (KMeansProgress) -> Bool
  ) throws(ContrastiveError) -> KMeansResult {
    guard clusters <= points.rows else {
      throw points.tooFew(distinct: points.distinctCount(), for: clusters)
    }
    var best: KMeansResult?
    var codes = CodeUse(points, clusters: clusters, options: self)
    for restart in 0..<max(1, restarts) {
      let centroids: Matrix
      do throws(ContrastiveError) {
        centroids = try initialCentroids(
          points, clusters: clusters, codes: &codes, restart: restart, workers: workers,
          progress: progress)
      } catch {
        // What an earlier restart has found stands.
        if error == .canceled, let best, !workers.isCanceled { return best }
        throw error
      }
      let known = codes
      // The last run alone has them, and gives them up for bounds.
      if restart + 1 >= restarts { codes = .unused }
      let start = try KMeansResult(
        points: points, centroids: centroids, options: self, codes: consume known,
        workers: workers)
      let (result, goesOn) = try run(
        start, restart: restart, workers: workers, progress: progress)
      if best.map({ result.objective < $0.objective }) ?? true { best = result }
      guard goesOn else { break }
    }
    guard let best else { throw .parameter(name: "restarts", found: "0", expected: "1 or more") }
    return best
  }

  /// Where a warm start begins.
  package enum WarmStart: Sendable {
    /// The last run's centroids.
    case centroids
    /// The means of the last run's clusters where their points are now: centroids follow points
    /// that move together, as features do from epoch to epoch.
    case means
  }

  /// Clusters points again after they have changed, from where the last run ended.
  ///
  /// The first centroids are the means of the last run's clusters where their points are now. The
  /// same result as with those centroids `given`, but the last run's bounds are carried over:
  /// they are widened by how far points and centroids have moved, and only the distances that they
  /// then do not rule out are computed. Hyper-parameters of seeding and restarts are not used.
  ///
  /// - Parameters:
  ///   - points: the same points in the same order, [n × D].
  ///   - last: a finished run. Give it up after (let it go out of scope, or `consume` it), or its
  ///     bounds are copied.
  ///   - argument: the name of the points in errors.
  ///   - workers: the threads to use; no effect on the result.
  ///   - progress: as in `fit`.
  /// - Returns: the clustering, into as many clusters as the last.
  /// - Throws: as `fit`, and `.shape` when the number of points or of dimensions differs,
  ///   `.parameter` when the metric does.
  public func refit(
    _ points: Matrix, from last: consuming KMeansResult, argument: String = "points",
    workers: Workers = .all, progress: (KMeansProgress) -> Bool = { _ in true }
  ) throws(ContrastiveError) -> KMeansResult {
    try refit(
      points, from: consume last, startingAt: .means, argument: argument, workers: workers,
      progress: progress)
  }

  /// The same from chosen first centroids.
  package func refit(
    _ points: Matrix, from last: consuming KMeansResult, startingAt start: WarmStart,
    argument: String = "points", workers: Workers = .all,
    progress: (KMeansProgress) -> Bool = { _ in true }
  ) throws(ContrastiveError) -> KMeansResult {
    var result = consume last
    try requireParameter(
      result.points.metric == metric, "metric", metric.rawValue,
      "\(result.points.metric.rawValue), that of the last run")
    let prepared = try PreparedPoints(
      points, argument: argument, metric: metric, zeroRows: zeroRows, workers: workers)
    try result.restart(with: prepared, at: start, workers: workers)
    return try run(result, restart: 0, workers: workers, progress: progress).result
  }

  /// Iterates until nothing changes, the iterations are used up, or `progress` says so.
  private func run(
    _ start: consuming KMeansResult, restart: Int, workers: Workers,
    progress: (KMeansProgress) -> Bool
  ) throws(ContrastiveError) -> (result: KMeansResult, goesOn: Bool) {
    var result = start
    var goesOn = true
    while true {
      goesOn = progress(result.progress(restart: restart))
      guard goesOn, result.iterations < iterations, !result.isConverged else { break }
      try result.iterate(workers: workers, of: iterations - result.iterations)
    }
    result.restart = restart
    result.measure(workers: workers)
    return (result, goesOn)
  }
}
