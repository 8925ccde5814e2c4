import Contrastive

/// Momentum contrast (He et al., "Momentum Contrast for Unsupervised Visual Representation
/// Learning", CVPR 2020; with the projection head and the stronger augmentation of Chen et al.,
/// "Improved Baselines with Momentum Contrastive Learning", 2020).
///
/// One view gives the query by the online encoder, another the key by its moving average. InfoNCE
/// tells the own key from the keys of earlier batches, which a first-in, first-out bank holds. A
/// step encodes the queries, moves the momentum encoder, encodes the keys, compares with the bank as
/// it was, and only then adds the keys to it.
///
/// The bank starts empty: it never holds noise. In the very first step the negatives are the other
/// keys of the batch.
public struct MoCo: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let objective: InfoNCE
  private let ownEntries: OwnEntries
  private var momentum: MomentumEncoder
  private var bank: QueueBank

  /// What momentum contrast alone can be told.
  public struct Options: MethodOptions {
    /// Divides the similarities in the loss; 0.07 in the first paper, 0.2 in the second, 0.1 here,
    /// where batches and bank are smaller.
    public var temperature = 0.1
    /// Keys the memory bank holds (65,536 in the papers); when nil 16,384, but at most half the
    /// images, so that an image seldom meets its own key of an earlier epoch.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the papers, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996
    /// What keys of the query's own image in the bank are: left out, since a stale key of the same
    /// image is no negative; `keep` is the papers' code.
    public var ownEntries = OwnEntries.leaveOut

    /// The defaults.
    public init() {}

    /// The capacity follows the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity =
        bankCapacity ?? max(min(options.batchSize, images), min(16_384, images / 2))
    }

    /// Refuses what is out of range, such as a bank smaller than a batch.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try require(1e-6...1e6 ~= temperature, "temperature", temperature, "1e-6 … 1e6")
      if let bankCapacity {
        try require(
          bankCapacity >= options.batchSize, "bank_capacity", bankCapacity,
          "at least the batch size, \(options.batchSize)")
      }
      try require(0...1 ~= encoderMomentum, "encoder_momentum", encoderMomentum, "0 … 1")
    }

    /// Momentum contrast with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let view = try start.view()
      return try MoCo(
        views: [view, view], objective: InfoNCE(temperature: temperature),
        ownEntries: ownEntries,
        momentum: MomentumEncoder(start.online, momentum: encoderMomentum),
        bank: QueueBank(
          capacity: bankCapacity ?? start.options.batchSize,
          dimension: start.online.projectionDimension))
    }
  }

  /// Compares the queries with their keys and the bank, then adds the keys to it.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let (projections, tape) = try online.forward(batch.views[0], workers: workers)
    momentum.update(from: online, workers: workers)
    let keys = try momentum.encoder.projections(
      of: batch.views[1], mode: .training, workers: workers)

    let queries = try projections.normalized(argument: "queries")
    let unitKeys = try keys.normalized(argument: "keys").rows
    let result =
      bank.isEmpty
      ? try objective.evaluate(queries: queries.rows, keys: unitKeys, workers: workers)
      : try objective.evaluate(
        queries: queries.rows, keys: unitKeys,
        bank: bank.columns(for: batch.indices, own: ownEntries), workers: workers)
    try bank.enqueue(keys, ids: batch.indices, step: batch.step)

    let slope = try queries.backward(result.gradients[.queries, default: projections])
    return StepGradient(
      loss: result.loss, encoder: try online.backward(slope, tape: tape, workers: workers))
  }

  /// Exchanges the momentum encoder and the bank.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("momentum", &momentum)
    try state("bank", &bank)
  }
}

// In files by its name, such as leave-out.
extension OwnEntries: Codable {}
