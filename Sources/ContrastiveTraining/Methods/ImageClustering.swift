import Contrastive

/// A clustering of all images as an epoch's E-step leaves it: prototypes and whose they are.
struct ImageClustering: Sendable {
  /// [k × D], the means of the clusters, from which the next E-step starts.
  private(set) var centroids: Matrix
  /// φ of each cluster.
  private(set) var concentrations: [Float]
  /// The cluster of each image of the data set.
  private(set) var assignments: [Int]
  /// The centroids at length 1.
  private(set) var prototypes: Matrix

  /// Clusters points, into fewer clusters where fewer points differ by more than rounding.
  ///
  /// - Parameters:
  ///   - points: such as the projections of all images.
  ///   - clusters: clusters wanted.
  ///   - last: whose centroids k-means starts from if they are as many.
  ///   - iterations: most iterations.
  ///   - seed: of k-means++.
  ///   - argument: the name of the points in errors.
  ///   - workers: the threads to use.
  /// - Returns: as many clusters as wanted, or as there are distinct points.
  /// - Throws: `ContrastiveError`.
  static func fit(
    _ points: Matrix, clusters: Int, after last: ImageClustering?, iterations: Int, seed: UInt64,
    argument: String = "projections", workers: Workers
  ) throws(ContrastiveError) -> KMeansResult {
    let count = points.distinctRows(upTo: clusters)
    var seeding = KMeans.Seeding.plusPlus
    if let last, last.centroids.rows == count { seeding = .given(last.centroids) }
    return try KMeans(seeding: seeding, iterations: iterations, seed: seed)
      .fit(points, clusters: count, argument: argument, workers: workers)
  }

  /// A clustering of images.
  ///
  /// - Parameters:
  ///   - result: its centroids are the prototypes.
  ///   - assignments: the cluster of each image.
  ///   - temperature: the mean of φ, of which each is a tenth or more.
  ///   - workers: the threads to use.
  /// - Throws: `ContrastiveError`.
  init(
    _ result: KMeansResult, assignments: [Int], temperature: Double, workers: Workers
  ) throws(ContrastiveError) {
    centroids = result.centroids
    concentrations = try result.concentrations(
      temperature: Float(temperature), workers: workers
    ).map { max($0, Self.leastConcentration * Float(temperature)) }
    self.assignments = assignments
    prototypes = try centroids.directions(argument: "centroids").rows
  }

  /// The least φ, in temperatures.
  ///
  /// Clusters of the same image many times have one of nearly zero, and what little such clusters
  /// differ by would be all that a run learns from.
  private static let leastConcentration: Float = 0.1

  /// An empty clustering of all images, for a loaded state to go into; refuses numbers of clusters
  /// that so many images cannot have.
  init(_ start: MethodStart, clusters: [Int]?) throws(ContrastiveError) {
    for count in clusters ?? [] where !(1...start.images ~= count) {
      throw .parameter(
        name: "clusters", found: "\(count)",
        expected: "1 … \(start.images), the number of images")
    }
    centroids = Matrix(zeros: 0, by: start.online.projectionDimension)
    prototypes = centroids
    concentrations = []
    assignments = [Int](repeating: 0, count: start.images)
  }

  /// Default numbers of clusters: one for every so many images, at least 2.
  static func counts(oneFor sizes: [Int], of images: Int) -> [Int] {
    sizes.map { max(2, images / $0) }
  }

  /// What a run warns of: clusterings with fewer clusters than wanted.
  static func warnings(_ found: [ImageClustering], wanted: [Int]) -> [String] {
    zip(found, wanted).enumerated().compactMap { place, pair in
      let count = pair.0.centroids.rows
      guard count < pair.1 else { return nil }
      return "clustering \(place + 1) of \(wanted.count) has \(count) clusters instead of "
        + "\(pair.1): no more of the embeddings are distinct"
    }
  }

  /// What the clustering is to a batch.
  ///
  /// - Parameters:
  ///   - images: the batch.
  ///   - most: negatives to draw at most of the prototypes that are no image's own; all when nil.
  ///   - level: which clustering this is, for errors.
  ///   - random: where negatives are drawn from.
  /// - Returns: the prototypes with each row's own.
  /// - Throws: `ContrastiveError`.
  func targets(
    of images: [Int], negatives most: Int? = nil, level: Int, using random: CounterRandom
  ) throws(ContrastiveError) -> PrototypeTargets {
    let own = images.map { assignments[$0] }
    let taken = Set(own)
    var others = (0..<prototypes.rows).filter { !taken.contains($0) }
    if let most, most < others.count {
      var random = random
      others.shuffle(using: &random)
      others.removeLast(others.count - most)
    }
    return try PrototypeTargets(
      centroids: prototypes, concentrations: concentrations, assignments: own, negatives: others,
      level: level)
  }
}

extension ImageClustering: Stateful {
  /// Exchanges centroids, concentrations and assignments.
  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("centroids", &centroids, columns: centroids.columns)
    try state("concentrations", &concentrations, count: centroids.rows)
    try state("assignments", &assignments, count: assignments.count)
    guard state.isLoading else { return }
    guard assignments.allSatisfy({ 0..<centroids.rows ~= $0 }) else {
      throw state.failure("has an image in no cluster")
    }
    do {
      prototypes = try centroids.directions(argument: "centroids").rows
    } catch {
      throw state.failure("does not hold a clustering: \(error)")
    }
  }
}
