import Contrastive

/// HCSC (Guo et al., "HCSC: Hierarchical Contrastive Selective Coding", CVPR 2022), without its
/// small crops.
///
/// As PCL, but the clusterings are levels of a hierarchy, in which a level clusters the prototypes
/// of the level below, and negatives are sampled on every level: the more likely a key belongs to
/// the query's prototype (a prototype, to the query's prototype one level up), the less likely it
/// is selected. Keys of the query's own image are never selected.
public struct HCSCMethod: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let options: Options
  private let objective: HCSC
  private let blank: ImageClustering
  private var queue: KeyQueue
  private var levels = ClusteringLevels()

  /// The options of hierarchical selective coding.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.hcsc.rawValue

    /// Softmax temperature τ of the keys, and mean of the prototypes' concentrations φ; 0.2
    /// in the paper, 0.1 here, where batches and bank are smaller.
    public var temperature = 0.1
    /// Epochs before the first clustering; 20 in the paper, of 200.
    public var warmupClusterEpochs = 1
    /// Prototypes of each level (3,000, 2,000 and 1,000 in the paper for 1,000 classes); when nil
    /// one for every 60, 120 and 240 images.
    public var clusters: [Int]?
    /// Most iterations of k-means in an epoch; 20 in the authors' code from a fresh start, 10 here,
    /// the lowest level's from last epoch's centroids.
    public var kmeansIterations = 10
    /// Whether prototypes are selected as keys are; so in the paper.
    public var selectsPrototypes = true
    /// How a negative that is not selected is treated: excluded as in the paper, or kept with
    /// logit 0 as in the authors' code.
    public var unselected = HCSC.Unselected.exclude
    /// How the levels' instance terms are reduced: by their mean, or their sum as in the authors'
    /// code.
    public var instanceLevels = HCSC.Reduction.mean
    /// Keys the memory bank holds (16,384 in the paper); when nil 16,384, but at most half the
    /// images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996

    /// The default options.
    public init() {}

    /// Sets the default capacity and cluster counts from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(16_384, images: images)
      clusters = clusters ?? ImageClustering.counts(oneFor: [60, 120, 240], of: images)
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireClustering(warmup: warmupClusterEpochs, iterations: kmeansIterations)
      let clusters = clusters ?? [1]
      try require(
        clusters.last ?? 0 > 0 && zip(clusters, clusters.dropFirst()).allSatisfy { $0 >= $1 },
        "clusters", clusters, "one or more numbers of at least 1 that do not grow")
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// Hierarchical selective coding with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return HCSCMethod(
        views: views, options: self,
        objective: try HCSC(
          temperature: temperature, unselected: unselected, instanceLevels: instanceLevels),
        blank: try ImageClustering(start, clusters: clusters),
        queue: try KeyQueue(start, capacity: bankCapacity, momentum: encoderMomentum))
    }
  }

  /// The E-step: clusters all images, and prototypes level by level.
  public mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    guard epoch.epoch >= options.warmupClusterEpochs, let clusters = options.clusters else {
      return
    }
    // As `HierarchicalKMeans`, whose levels must have as many distinct points as clusters.
    var points = try queue.unitProjections(epoch, workers: workers)
    var found: [ImageClustering] = []
    for (level, count) in clusters.enumerated() {
      let result = try ImageClustering.fit(
        points, clusters: count, after: level == 0 ? levels.clusterings.first : nil,
        iterations: options.kmeansIterations,
        seed: CounterRandom.stream(.clustering, seed: epoch.seed, 0).seed &+ UInt64(level),
        workers: workers)
      let own = result.assignments
      let clustering = try ImageClustering(
        result, assignments: found.last.map { $0.assignments.map { own[$0] } } ?? own,
        temperature: options.temperature, workers: workers)
      found.append(clustering)
      points = clustering.prototypes
    }
    levels = try ClusteringLevels(found, bank: queue.bank.rows, workers: workers)
  }

  /// The M-step: compares the queries with their keys, and on every level with negatives of its
  /// own.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let (objective, levels, options) = (objective, levels, options)
    let first = queue.bank.nextSlot
    let gradient = try queue.step(
      batch, online: &online, temperature: objective.temperature, workers: workers
    ) { found throws(ContrastiveError) in
      guard !levels.clusterings.isEmpty else {
        return KeyQueue.QueryLoss(
          try InfoNCE(temperature: objective.temperature).evaluate(
            queries: found.queries, keys: found.keys, bank: found.columns, workers: workers),
          .queries)
      }
      return KeyQueue.QueryLoss(
        try objective.evaluate(
          queries: found.queries, keys: found.keys, bank: found.bank,
          levels: levels.select(
            for: batch, bank: found.bank, excluding: found.columns.pairs,
            prototypes: options.selectsPrototypes, workers: workers), workers: workers), .queries)
    }
    try self.levels.renew(
      batch.indices.indices.map { (first + $0) % queue.bank.capacity }, of: queue.bank.rows,
      workers: workers)
    return gradient
  }

  /// Names levels with fewer clusters than wanted.
  public var warnings: [String] {
    ImageClustering.warnings(levels.clusterings, wanted: options.clusters ?? [])
  }

  /// The highest level's prototypes.
  public var exhibit: MethodExhibit {
    MethodExhibit(coarsest: levels.clusterings, of: queue.momentum.encoder)
  }

  /// Exchanges the momentum encoder, the bank and the levels.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
    try levels.exchange(&state, blank: blank, bank: queue.bank.count)
  }
}

extension HCSC.Unselected: Codable {}
extension HCSC.Reduction: Codable {}
