import Contrastive

/// SCE (Denize et al., "Similarity Contrastive Estimation for Self-Supervised Soft Contrastive
/// Learning", WACV 2023).
///
/// Between momentum contrast and ReSSL: the target of a query is its own key by a part λ, and by
/// the rest how the key relates to a queue of earlier keys. Queries come from the strongly changed
/// view, keys from the weakly changed one, as the authors do on small images. In the very first
/// step, when the queue is empty, the other keys of the batch stand for it.
public struct SCEMethod: TrainingMethod {
  /// The strong view and the weak one.
  public let views: [ViewRecipe]
  private let objective: SCE
  private var queue: KeyQueue

  /// What SCE alone can be told.
  public struct Options: MethodOptions {
    /// Divides the online encoder's similarities; 0.1 in the paper.
    public var temperature = 0.1
    /// Divides the momentum encoder's similarities; 0.07 in the paper for ImageNet, 0.05 for small
    /// sets.
    public var targetTemperature = 0.05
    /// λ, the own key's part of the target; 0.5 in the paper.
    public var lambda = 0.5
    /// Keys the queue holds (65,536 in the paper for ImageNet, 4,096 for small sets); when nil
    /// 4,096, but at most half the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.99 in the paper for CIFAR, and rising to 1 for
    /// ImageNet.
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
      try require(0...1 ~= lambda, "lambda", lambda, "0 … 1")
      try requireQueue(bankCapacity, "bank_capacity", options)
      try require(0...1 ~= encoderMomentum, "encoder_momentum", encoderMomentum, "0 … 1")
    }

    /// SCE with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      try SCEMethod(
        views: [start.view(), start.weakView()],
        objective: SCE(
          temperature: temperature, targetTemperature: targetTemperature, lambda: lambda),
        queue: KeyQueue(
          start, capacity: bankCapacity, momentum: encoderMomentum, ownKeys: .keep))
    }
  }

  /// Compares the queries with their keys and with the queue, then adds the keys to it.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let objective = objective
    return try queue.step(
      batch, online: &online, workers: workers,
      rows: { queries, keys, bank throws(ContrastiveError) in
        KeyQueue.QueryLoss(
          try objective.evaluate(
            queries: queries, keys: keys, bank: bank, workers: workers), .queries)
      })
  }

  /// Exchanges the momentum encoder and the queue.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
  }
}
