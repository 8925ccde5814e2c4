import Contrastive

/// PCL (Li et al., "Prototypical Contrastive Learning of Unsupervised Representations", ICLR 2021).
///
/// Momentum contrast, and besides its own key a query finds its prototype in each of several
/// clusterings. Before an epoch the momentum encoder embeds all images as they are, k-means
/// clusters them, from last epoch's centroids where there are any, and how concentrated a cluster
/// is becomes the temperature of its prototype. The first epochs are momentum contrast alone. A key
/// of the query's own image is no negative.
public struct PCL: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let options: Options
  private let blank: ImageClustering
  private var queue: KeyQueue
  private var clusterings: [ImageClustering] = []

  /// What prototypical contrast alone can be told.
  public struct Options: MethodOptions {
    /// Divides the similarities with keys, and is the mean of the prototypes' concentrations; 0.1
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
    /// Whether a query's own prototype is no negative where another image of the batch has the
    /// same; in the authors' code it is one.
    public var masksDuplicates = true
    /// Keys the memory bank holds (16,384 in the paper's code); when nil 16,384, but at most half
    /// the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996

    /// The defaults.
    public init() {}

    /// The capacity and the prototypes follow the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(16_384, images: images)
      clusters = clusters ?? [240, 120, 60].map { max(2, images / $0) }
    }

    /// Refuses what is out of range.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(
        warmupClusterEpochs >= 0, "warmup_cluster_epochs", warmupClusterEpochs, "0 or more")
      try require(
        clusters?.isEmpty != true && (clusters ?? []).allSatisfy { $0 > 0 }, "clusters",
        clusters ?? [], "one or more numbers of at least 1")
      try require(
        0...10_000 ~= kmeansIterations, "kmeans_iterations", kmeansIterations, "0 … 10000")
      try require(
        (negativePrototypes ?? 0) >= 0, "negative_prototypes", negativePrototypes ?? 0,
        "0 or more")
      try requireQueue(bankCapacity, "bank_capacity", options)
      try require(0...1 ~= encoderMomentum, "encoder_momentum", encoderMomentum, "0 … 1")
    }

    /// Prototypical contrast with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      try ImageClustering.require(clusters ?? [], images: start.images, named: "clusters")
      let view = try start.view()
      return PCL(
        views: [view, view], options: self,
        blank: ImageClustering(
          images: start.images, dimension: start.online.projectionDimension),
        queue: try KeyQueue(start, capacity: bankCapacity, momentum: encoderMomentum))
    }
  }

  /// The E-step: clusters all images.
  public mutating func begin(
    _ epoch: EpochStart, online: Encoder, workers: Workers
  ) throws(ContrastiveError) {
    guard epoch.epoch >= options.warmupClusterEpochs else { return }
    let features = try epoch.projections(by: queue.momentum.encoder, workers: workers)
      .normalized(argument: "projections").rows
    var found: [ImageClustering] = []
    for (index, count) in (options.clusters ?? []).enumerated() {
      let last = index < clusterings.count ? clusterings[index] : nil
      let result = try KMeans(
        seeding: ImageClustering.seeding(after: last, clusters: count),
        iterations: options.kmeansIterations,
        seed: CounterRandom.clustering(seed: epoch.seed, index: index)
      ).fit(features, clusters: count, argument: "projections", workers: workers)
      found.append(
        try ImageClustering(
          result, assignments: result.assignments, temperature: options.temperature,
          workers: workers))
    }
    clusterings = found
  }

  /// The M-step: compares the queries with their keys, the bank and the prototypes.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    var targets: [PrototypeTargets] = []
    for (level, clustering) in clusterings.enumerated() {
      targets.append(
        try clustering.targets(
          of: batch.indices, negatives: options.negativePrototypes, level: level,
          using: .selection(seed: batch.seed, step: batch.step, clustering: level)))
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
