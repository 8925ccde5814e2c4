import Contrastive

/// SCE (Denize et al., "Similarity Contrastive Estimation for Self-Supervised Soft Contrastive
/// Learning", WACV 2023).
///
/// Between momentum contrast and ReSSL: the target of a query is λ times its positive key plus 1 −
/// λ times the key's similarities to a queue of earlier keys. Queries come from the strongly
/// augmented view, keys from the weakly augmented one, as the authors do on small images. In the
/// very first step, when the queue is empty, the other keys of the batch take its place.
public enum SCEMethod {
  /// The options of SCE.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.sce.rawValue

    /// Softmax temperature τ of the online encoder's similarities; 0.1 in the paper.
    public var temperature = 0.1
    /// Softmax temperature of the momentum encoder's similarities; 0.07 in the paper for ImageNet,
    /// 0.05 for small sets.
    public var targetTemperature = 0.05
    /// λ, the positive key's share of the target; 0.5 in the paper.
    public var lambda = 0.5
    /// Keys the queue holds (65,536 in the paper for ImageNet, 4,096 for small sets); when nil
    /// 4,096, but at most half the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.99 in the paper for CIFAR, and rising to 1 for
    /// ImageNet.
    public var encoderMomentum: Float = 0.99

    /// The default options.
    public init() {}

    /// Sets the default capacity from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(4_096, images: images)
    }

    /// Validates the options; refuses such as a queue smaller than a batch.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireTemperature(targetTemperature, "target_temperature")
      try require(0...1 ~= lambda, "lambda", lambda, "0 … 1")
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// SCE with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let objective = try SCE(
        temperature: temperature, targetTemperature: targetTemperature, lambda: lambda)
      return try SoftTargetMethod(
        start, capacity: bankCapacity, momentum: encoderMomentum
      ) { queries, keys, bank, workers throws(ContrastiveError) in
        KeyQueue.QueryLoss(
          try objective.evaluate(
            queries: queries, keys: keys, bank: bank, workers: workers), .queries)
      }
    }
  }
}
