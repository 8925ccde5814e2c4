import Contrastive

/// ReSSL (Zheng et al., "ReSSL: Relational Self-Supervised Learning with Weak Augmentation",
/// NeurIPS 2021).
///
/// The moving-average encoder says of a weakly changed view how it relates to a queue of earlier
/// keys; the online encoder must say the same of a strongly changed one. The momentum encoder moves
/// before its keys are computed, and the keys join the queue after the loss. The queue starts
/// empty: in the very first step the batch's own keys stand for it.
public struct ReSSLMethod: TrainingMethod {
  /// The strong view and the weak one.
  public let views: [ViewRecipe]
  private let objective: ReSSL
  private var queue: KeyQueue

  /// What ReSSL alone can be told.
  public struct Options: MethodOptions {
    /// Divides the online encoder's similarities; 0.1 in the paper.
    public var temperature = 0.1
    /// Divides the momentum encoder's similarities; 0.04 in the paper.
    public var targetTemperature = 0.04
    /// Keys the queue holds (131,072 in the paper for ImageNet, 4,096 for small sets); when nil
    /// 4,096, but at most half the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper for ImageNet, 0.99 for small
    /// sets.
    public var encoderMomentum: Float = 0.99

    /// The defaults.
    public init() {}

    /// The capacity follows the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(4_096, images: images)
    }

    /// Refuses what is out of range, such as a queue smaller than a batch.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireTemperature(targetTemperature, "target_temperature")
      try requireQueue(bankCapacity, "bank_capacity", options)
      try require(0...1 ~= encoderMomentum, "encoder_momentum", encoderMomentum, "0 … 1")
    }

    /// ReSSL with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      try ReSSLMethod(
        views: [start.view(), start.weakView()],
        objective: ReSSL(temperature: temperature, targetTemperature: targetTemperature),
        queue: KeyQueue(
          start, capacity: bankCapacity, momentum: encoderMomentum, ownKeys: .keep))
    }
  }

  /// Compares how queries and keys relate to the queue, then adds the keys to it.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let objective = objective
    return try queue.step(
      batch, online: &online, workers: workers,
      rows: { queries, keys, bank throws(ContrastiveError) in
        KeyQueue.QueryLoss(
          try objective.evaluate(
            queries: queries, keys: keys, bank: bank ?? keys, workers: workers), .queries)
      })
  }

  /// Exchanges the momentum encoder and the queue.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
  }
}
