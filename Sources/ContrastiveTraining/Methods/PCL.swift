import Contrastive

/// PCL (Li et al., "Prototypical Contrastive Learning of Unsupervised Representations", ICLR 2021).
///
/// Momentum contrast, and besides its positive key a query is attracted to its prototype in each of
/// several clusterings. Before an epoch the momentum encoder embeds all images without
/// augmentation, k-means clusters them, starting from last epoch's centroids where there are any,
/// and a cluster's concentration φ becomes the temperature of its prototype. The first epochs are
/// momentum contrast alone. Keys of the query's own image are excluded.
public struct PCL: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let options: Options
  private let blank: ImageClustering
  private var queue: KeyQueue
  private var clusterings: [ImageClustering] = []

  /// The options of prototypical contrast.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.pcl.rawValue

    /// Softmax temperature τ of the keys, and mean of the prototypes' concentrations φ; 0.1
    /// in the paper, 0.2 in its code.
    public var temperature = 0.1
    /// Epochs before the first clustering; 20 in the paper, of 200.
    public var warmupClusterEpochs = 1
    /// Prototypes of each clustering (25,000, 50,000 and 100,000 in the paper for 1.28 million
    /// images); when nil one for every 240, 120 and 60 images.
    public var clusters: [Int]?
    /// Most iterations of k-means in an epoch; 20 in the paper from a fresh start, 10 here from
    /// last epoch's centroids.
    public var kmeansIterations = 10
    /// Prototypes drawn as negatives in each clustering besides those of the batch's other images,
    /// all when nil; 16,000 in the paper.
    public var negativePrototypes: Int?
    /// Whether a query's own prototype is excluded from its negatives where another image of the
    /// batch has the same; in the authors' code it stays.
    public var masksDuplicates = true
    /// Keys the memory bank holds (16,384 in the paper's code); when nil 16,384, but at most half
    /// the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996

    /// The default options.
    public init() {}

    /// Sets the default capacity and cluster counts from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(16_384, images: images)
      clusters = clusters ?? ImageClustering.counts(oneFor: [240, 120, 60], of: images)
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireClustering(warmup: warmupClusterEpochs, iterations: kmeansIterations)
      try require(
        clusters?.isEmpty != true && (clusters ?? []).allSatisfy { $0 > 0 }, "clusters",
        clusters ?? [], "one or more numbers of at least 1")
      try require(
        (negativePrototypes ?? 0) >= 0, "negative_prototypes", negativePrototypes ?? 0,
        "0 or more")
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// Prototypical contrast with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return PCL(
        views: views, options: self, blank: try ImageClustering(start, clusters: clusters),
        queue: try KeyQueue(start, capacity: bankCapacity, momentum: encoderMomentum))
    }
  }

  /// The E-step: clusters all images.
  public mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    guard epoch.epoch >= options.warmupClusterEpochs else { return }
    let features = try queue.unitProjections(epoch, workers: workers)
    var found: [ImageClustering] = []
    for (index, count) in (options.clusters ?? []).enumerated() {
      let last = index < clusterings.count ? clusterings[index] : nil
      let result = try ImageClustering.fit(
        features, clusters: count, after: last, iterations: options.kmeansIterations,
        seed: CounterRandom.stream(.clustering, seed: epoch.seed, index).seed, workers: workers)
      found.append(
        try ImageClustering(
          result, assignments: result.assignments, temperature: options.temperature,
          workers: workers))
    }
    clusterings = found
  }

  /// The M-step: compares the queries with their keys, the bank and the prototypes.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    var targets: [PrototypeTargets] = []
    for (level, clustering) in clusterings.enumerated() {
      targets.append(
        try clustering.targets(
          of: batch.indices, negatives: options.negativePrototypes, level: level,
          using: .stream(.selection, seed: batch.seed, batch.step, level)))
    }
    let (options, clusterings) = (options, targets)
    return try queue.step(
      batch, online: &online, temperature: options.temperature, workers: workers
    ) { found throws(ContrastiveError) in
      let objective = try ProtoNCE(
        temperature: options.temperature, masksDuplicates: options.masksDuplicates,
        negatives: Negatives(pairs: found.columns.pairs))
      return KeyQueue.QueryLoss(
        try objective.evaluate(
          queries: found.queries, keys: found.keys, bank: found.bank, clusterings: clusterings,
          workers: workers), .queries)
    }
  }

  /// Names clusterings with fewer clusters than wanted.
  public var warnings: [String] {
    ImageClustering.warnings(clusterings, wanted: options.clusters ?? [])
  }

  /// The coarsest clustering's prototypes.
  public var exhibit: MethodExhibit {
    MethodExhibit(coarsest: clusterings, of: queue.momentum.encoder)
  }

  /// Exchanges the momentum encoder, the bank and the clusterings.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
    try state("clusterings", &clusterings, blank: blank)
  }
}
