import Contrastive

/// BYOL (Grill et al., "Bootstrap your own latent: A new approach to self-supervised learning",
/// NeurIPS 2020).
///
/// The online encoder and a predictor say from each view what the target encoder, a moving average
/// of the online one, projects the other view to. There are no negatives. The target moves after
/// every optimizer step, which here is the beginning of the next step; its momentum rises to 1. It
/// starts as the online encoder's copy, where the authors draw it anew, and normalizes by its own
/// batches.
public struct BYOLMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options
  private var target: MomentumEncoder
  private var predictor: Network
  private let objective = BYOL()

  /// What BYOL alone can be told.
  public struct Options: MethodOptions {
    /// Hidden dimension of the predictor; 4,096 for embeddings of 256 in the paper.
    public var predictorDimension = 256
    /// m₀ in θ_target ← m θ_target + (1 − m) θ_online; 0.996 in the paper for 1,000 epochs, 0.99
    /// for 300, 0.97 for 40.
    public var encoderMomentum: Float = 0.97
    /// How the momentum goes over the run; along a cosine to 1 in the paper.
    public var momentumSchedule = MomentumSchedule.cosine

    /// The defaults.
    public init() {}

    /// A head normalized between its layers.
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .hidden
    }

    /// Refuses what is out of range.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireDimension(predictorDimension, "predictor_dimension")
      try require(0...1 ~= encoderMomentum, "encoder_momentum", encoderMomentum, "0 … 1")
    }

    /// BYOL with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let view = try start.view()
      return BYOLMethod(
        views: [view, view], options: self,
        target: try MomentumEncoder(start.online, momentum: encoderMomentum),
        predictor: try start.predictor(hidden: predictorDimension))
    }
  }

  /// The predictor's.
  public var parameters: ParameterVector? {
    get { predictor.parameters }
    set { if let newValue { predictor.parameters = newValue } }
  }

  /// Moves the target, then draws each prediction towards the target's projection of the other
  /// view.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    target.update(
      from: online,
      momentum: options.momentumSchedule.momentum(
        from: options.encoderMomentum, at: batch.step, of: batch.steps), workers: workers)
    let first = try PredictedView(
      of: batch.views[0], online: &online, predictor: &predictor, workers: workers)
    let second = try PredictedView(
      of: batch.views[1], online: &online, predictor: &predictor, workers: workers)
    let result = try objective.evaluate(
      predictions1: first.predictions, predictions2: second.predictions,
      projections1: target.encoder.projections(
        of: batch.views[0], mode: .training, workers: workers),
      projections2: target.encoder.projections(
        of: batch.views[1], mode: .training, workers: workers), workers: workers)
    return try StepGradient(
      loss: result.loss, of: (first, result[.predictions1]), (second, result[.predictions2]),
      online: online, predictor: predictor, workers: workers)
  }

  /// Exchanges the target and the predictor's running statistics.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("target", &target)
    try state("predictor", &predictor.buffers)
  }
}
