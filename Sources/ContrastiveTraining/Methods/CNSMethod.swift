import Contrastive

/// CNS (Wu et al., "Conditional Negative Sampling for Contrastive Learning of Visual
/// Representations", ICLR 2021) as the authors apply it to momentum contrast: only a ring of the
/// bank serves as negatives.
///
/// By descending similarity to the query, the first keys are too close and the last too easy; those
/// between are the ring. Its outer bound starts at the whole bank and narrows linearly over the
/// first epochs. Keys of the query's own image are excluded and have no rank.
public struct CNSMethod: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let options: Options
  private var queue: KeyQueue
  /// Steps per epoch, set when an epoch begins.
  private var stepsPerEpoch = 0

  /// The options of conditional negative sampling.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.cns.rawValue

    /// Softmax temperature τ; 0.07 in the authors' code, 0.1 here.
    public var temperature = 0.1
    /// Share of the bank, nearest first, inside the ring's outer bound; 0.1 in the paper.
    public var outer = 0.1
    /// Share of those inside the inner bound, which are excluded; 0.1 in the paper.
    public var inner = 0.1
    /// What `inner` is a share of: of those inside the outer bound (dynamic), as in the authors'
    /// code, or of the bank (static).
    public var innerMode = Ring.InnerMode.dynamic
    /// Draws from each query's ring that are its negatives (4,095 in the authors' code with a bank
    /// of all images); when nil the whole ring, as in their code with a queue.
    public var ringDraws: Int?
    /// Epochs over which the outer bound narrows from the whole bank; 100 in the authors' code when
    /// it does so at all.
    public var annealEpochs = 2.0
    /// Keys the memory bank holds (65,536 in the paper); when nil 16,384, but at most half the
    /// images.
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

    /// Validates the options; refuses such as a ring without a width.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(outer > 0 && outer <= 1, "outer", outer, "above 0, at most 1")
      let most = innerMode == .dynamic ? 1 : outer
      try require(0..<most ~= inner, "inner", inner, "0 ..< \(most)")
      try require(1...(1 << 24) ~= ringDraws ?? 1, "ring_draws", ringDraws ?? 1, "1 … 2^24")
      try require(0...1e6 ~= annealEpochs, "anneal_epochs", annealEpochs, "0 … 1e6")
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// Conditional negative sampling with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return try CNSMethod(
        views: views, options: self,
        queue: KeyQueue(start, capacity: bankCapacity, momentum: encoderMomentum))
    }

    /// The ring at a fraction of the annealing, widened where the bank is too small to fill it.
    func ring(
      after share: Double, of keys: Int, for batch: TrainingBatch
    ) throws(ContrastiveError) -> Ring {
      let first = innerMode == .dynamic ? 0 : Int(inner * Double(keys))
      let least = min(1, Double(first + 2) / Double(max(1, keys)))
      return try Ring(
        outer: max(1 - (1 - outer) * min(1, share), least), inner: inner, innerMode: innerMode,
        sample: ringDraws.map {
          .drawn(
            count: $0, seed: CounterRandom.stream(.ring, seed: batch.seed).seed,
            step: UInt64(truncatingIfNeeded: batch.step))
        })
    }
  }

  /// Notes the number of steps per epoch.
  public mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    stepsPerEpoch = epoch.steps / max(1, epoch.epochs)
  }

  /// Compares the queries with their keys and the ring, then adds the keys to the bank.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let options = options
    let annealing = options.annealEpochs * Double(stepsPerEpoch)
    let share = annealing > 0 ? Double(batch.step) / annealing : 1
    return try queue.step(
      batch, online: &online, temperature: options.temperature, workers: workers
    ) { found throws(ContrastiveError) in
      let pairs = found.columns.pairs
      let own = batch.indices.indices.map { pairs[$0].count }.max() ?? 0
      let objective = try CNS(
        temperature: options.temperature,
        ring: options.ring(after: share, of: found.bank.rows - own, for: batch),
        negatives: Negatives(pairs: pairs))
      return KeyQueue.QueryLoss(
        try objective.evaluate(
          queries: found.queries, keys: found.keys, bank: found.bank, workers: workers),
        .queries)
    }
  }

  /// Exchanges the momentum encoder, the bank and the length of an epoch.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
    try state("steps_per_epoch", &stepsPerEpoch)
  }
}

extension Ring.InnerMode: Codable {}
