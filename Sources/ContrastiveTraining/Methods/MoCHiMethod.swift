import Contrastive

/// MoCHi (Kalantidis et al., "Hard Negative Mixing for Contrastive Learning", NeurIPS 2020):
/// momentum contrast with additional negatives, mixed from the hardest keys of the bank.
///
/// Of each query's hardest keys some are mixed with each other and some with the query, which has
/// the smaller share; mixes are constants. Mixing begins some epochs after training. A key of the
/// query's own image is neither a negative nor mixed.
public struct MoCHiMethod: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let options: Options
  private var queue: KeyQueue

  /// The options of MoCHi.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.mochi.rawValue

    /// Softmax temperature τ; 0.2 in the paper, 0.1 here, where batches and bank are
    /// smaller.
    public var temperature = 0.1
    /// N, the keys of the bank that count as hard; 128 … 1,024 in the paper, of 65,536.
    public var hardest = 256
    /// s, mixes of two hard keys for each query; 256 … 1,024 in the paper.
    public var mixedPairs = 128
    /// s′, mixes of the query and a hard key for each query; 128 … 512 in the paper.
    public var mixedQueries = 32
    /// The epoch in which mixing begins, from 0; 10 or 15 in the paper, of 200.
    public var mixingEpoch = 1
    /// Keys the memory bank holds (65,536 in the paper, 16,384 for 100 classes); when nil 16,384,
    /// but at most half the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996

    /// The default options.
    public init() {}

    /// Sets the default capacity from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(16_384, images: images)
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(1...1_000_000 ~= hardest, "hardest", hardest, "1 … 1000000")
      try require(0...1_000_000 ~= mixedPairs, "mixed_pairs", mixedPairs, "0 … 1000000")
      try require(0...1_000_000 ~= mixedQueries, "mixed_queries", mixedQueries, "0 … 1000000")
      try require(mixingEpoch >= 0, "mixing_epoch", mixingEpoch, "0 or more")
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// MoCHi with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return try MoCHiMethod(
        views: views, options: self,
        queue: KeyQueue(start, capacity: bankCapacity, momentum: encoderMomentum))
    }

    /// The objective of a step.
    func objective(of batch: TrainingBatch) throws(ContrastiveError) -> InfoNCE {
      guard batch.epoch >= mixingEpoch else { return try InfoNCE(temperature: temperature) }
      let mixing = try HardNegativeMixing(
        hardest: hardest, pairs: mixedPairs, queryPairs: mixedQueries,
        seed: CounterRandom.stream(.mixing, seed: batch.seed).seed)
      return try InfoNCE(
        temperature: temperature,
        negatives: Negatives(
          mixing: .drawn(mixing, step: UInt64(truncatingIfNeeded: batch.step))))
    }
  }

  /// Compares the queries with their keys, the bank and its mixes, then adds the keys to the bank.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let objective = try options.objective(of: batch)
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
