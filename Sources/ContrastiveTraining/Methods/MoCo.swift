import Contrastive

/// Momentum contrast (He et al., "Momentum Contrast for Unsupervised Visual Representation
/// Learning", CVPR 2020; with the projection head and the stronger augmentation of Chen et al.,
/// "Improved Baselines with Momentum Contrastive Learning", 2020).
///
/// The online encoder embeds one view as the query, its moving average another view as the positive
/// key. InfoNCE contrasts them with the keys of earlier batches, which a first-in, first-out bank
/// holds with their image ids: keys of the query's own image are excluded, unlike in the authors'
/// code. The bank starts empty; in the very first step the negatives are the other keys of the
/// batch.
public struct MoCo: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let objective: InfoNCE
  private var queue: KeyQueue

  /// The options of momentum contrast.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.moco.rawValue

    /// Softmax temperature τ; 0.07 in the first paper, 0.2 in the second, 0.1 here,
    /// where batches and bank are smaller.
    public var temperature = 0.1
    /// Keys the memory bank holds (65,536 in the papers); when nil 16,384, but at most half the
    /// images, so that an image rarely meets its own key of an earlier epoch.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the papers, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996
    /// How earlier keys of the query's own image are treated: excluded by default, kept as
    /// negatives as in the authors' code, or attracted.
    public var ownKeys = OwnEntries.exclude

    /// The default options.
    public init() {}

    /// Sets the default capacity from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(16_384, images: images)
    }

    /// Validates the options; refuses such as a bank smaller than a batch.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// Momentum contrast with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return try MoCo(
        views: views, objective: InfoNCE(temperature: temperature),
        queue: KeyQueue(
          start, capacity: bankCapacity, momentum: encoderMomentum, ownKeys: ownKeys))
    }
  }

  /// Compares the queries with their keys and the bank, then adds the keys to it.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let objective = objective
    return try queue.step(
      batch, online: &online, temperature: objective.temperature, workers: workers
    ) { found throws(ContrastiveError) in
      KeyQueue.QueryLoss(
        try objective.evaluate(
          queries: found.queries, keys: found.keys, bank: found.columns, workers: workers),
        .queries)
    }
  }

  /// Exchanges the momentum encoder and the bank.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
  }
}
