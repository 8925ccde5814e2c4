import Contrastive

/// BYOL (Grill et al., "Bootstrap your own latent: A new approach to self-supervised learning",
/// NeurIPS 2020).
///
/// From each view the online encoder and a predictor predict the projection of the other view by
/// the target encoder, a moving average of the online one. There are no negatives. The target moves
/// after every optimizer step, which here is the beginning of the next step; its momentum rises to
/// 1. It starts as the online encoder's copy, where the authors draw it anew, and normalizes by its
/// own batches.
public struct BYOLMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options
  private var target: MomentumEncoder
  private var predictor: ViewPredictor
  private let objective = BYOL()

  /// The options of BYOL.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.byol.rawValue

    /// Hidden dimension of the predictor; 4,096 for embeddings of 256 in the paper.
    public var predictorDimension = 256
    /// m₀ in θ_target ← m θ_target + (1 − m) θ_online; 0.996 in the paper for 1,000 epochs, 0.99
    /// for 300, 0.97 for 40.
    public var encoderMomentum: Float = 0.97
    /// Schedule of the momentum; along a cosine to 1 in the paper.
    public var momentumSchedule = MomentumSchedule.cosine

    /// The default options.
    public init() {}

    /// A head normalized between its layers.
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .hidden
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireDimension(predictorDimension, "predictor_dimension")
      try requireMomentum(encoderMomentum)
    }

    /// BYOL with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return BYOLMethod(
        views: views, options: self,
        target: try MomentumEncoder(start.online, momentum: encoderMomentum),
        predictor: try ViewPredictor(start, hidden: predictorDimension))
    }
  }

  /// The predictor's.
  public var parameters: ParameterVector? {
    get { predictor.parameters }
    set { predictor.parameters = newValue }
  }

  /// Moves the target, then compares each prediction with the target's projection of the other
  /// view.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    try target.update(
      from: online,
      momentum: options.momentumSchedule.momentum(
        from: options.encoderMomentum, at: batch.step, of: batch.steps), workers: workers)
    var target = target
    defer { self.target = target }
    let objective = objective
    return try predictor.step(
      batch, online: &online, workers: workers
    ) { first, second throws(ContrastiveError) in
      let result = try objective.evaluate(
        predictions1: first.predictions, predictions2: second.predictions,
        projections1: target.encoder.projections(
          of: batch.views[0], mode: .training, workers: workers
        ).withoutZeroRows(),
        projections2: target.encoder.projections(
          of: batch.views[1], mode: .training, workers: workers
        ).withoutZeroRows(), workers: workers)
      return ViewPredictor.PairLoss(
        loss: result.loss, first: result[.predictions1], second: result[.predictions2])
    }
  }

  /// Exchanges the target and the predictor's running statistics.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("target", &target)
    try state("predictor", &predictor)
  }
}
