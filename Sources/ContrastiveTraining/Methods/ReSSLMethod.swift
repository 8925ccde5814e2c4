import Contrastive

/// ReSSL (Zheng et al., "ReSSL: Relational Self-Supervised Learning with Weak Augmentation",
/// NeurIPS 2021).
///
/// The momentum encoder's similarities of a weakly augmented view to a queue of earlier keys are
/// the soft target of the online encoder's similarities of a strongly augmented one. The momentum
/// encoder moves before its keys are computed, and the keys join the queue after the loss. The
/// queue starts empty: in the very first step the batch's own keys take its place.
public enum ReSSLMethod {
  /// The options of ReSSL.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.ressl.rawValue

    /// Softmax temperature τ of the online encoder's similarities; 0.1 in the paper.
    public var temperature = 0.1
    /// Softmax temperature of the momentum encoder's similarities; 0.04 in the paper.
    public var targetTemperature = 0.04
    /// Keys the queue holds (131,072 in the paper for ImageNet, 4,096 for small sets); when nil
    /// 4,096, but at most half the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper for ImageNet, 0.99 for small
    /// sets.
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
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// ReSSL with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let objective = try ReSSL(temperature: temperature, targetTemperature: targetTemperature)
      return try SoftTargetMethod(
        start, capacity: bankCapacity, momentum: encoderMomentum
      ) { queries, keys, bank, workers throws(ContrastiveError) in
        KeyQueue.QueryLoss(
          try objective.evaluate(
            queries: queries, keys: keys, bank: bank ?? keys, workers: workers), .queries)
      }
    }
  }
}
