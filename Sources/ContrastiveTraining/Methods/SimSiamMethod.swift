import Contrastive

/// SimSiam (Chen and He, "Exploring Simple Siamese Representation Learning", CVPR 2021).
///
/// Both views pass the one encoder, each as a batch of its own, and a predictor; each prediction is
/// drawn towards the other view's projection, which is held constant. There are no negatives and no
/// second encoder. The projection head is normalized after every layer, the predictor is a
/// bottleneck, as in the paper.
public struct SimSiamMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options
  private var predictor: Network
  private let objective = SimSiam()

  /// What SimSiam alone can be told.
  public struct Options: MethodOptions {
    /// Hidden dimension of the predictor; a quarter of the embeddings' (512 of 2,048) in the paper.
    public var predictorDimension = 32
    /// Whether the predictor's learning rate stays at the peak, as in the paper.
    public var fixedPredictorRate = true

    /// The defaults.
    public init() {}

    /// A head normalized after every layer.
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .all
      options.embeddingDimension = 128
    }

    /// Refuses what is out of range.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireDimension(predictorDimension, "predictor_dimension")
    }

    /// SimSiam with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let view = try start.view()
      return SimSiamMethod(
        views: [view, view], options: self,
        predictor: try start.predictor(hidden: predictorDimension))
    }
  }

  /// The predictor's.
  public var parameters: ParameterVector? {
    get { predictor.parameters }
    set { if let newValue { predictor.parameters = newValue } }
  }

  /// Draws each prediction towards the other view's projection.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let first = try PredictedView(
      of: batch.views[0], online: &online, predictor: &predictor, workers: workers)
    let second = try PredictedView(
      of: batch.views[1], online: &online, predictor: &predictor, workers: workers)
    let result = try objective.evaluate(
      predictions1: first.predictions, predictions2: second.predictions,
      projections1: first.projections, projections2: second.projections, workers: workers)
    return try StepGradient(
      loss: result.loss, of: (first, result[.predictions1]), (second, result[.predictions2]),
      online: online, predictor: predictor, workers: workers)
  }

  /// The peak, if the predictor's rate is fixed.
  public func ownRate(scheduled: Float, peak: Float) -> Float {
    options.fixedPredictorRate ? peak : scheduled
  }

  /// Exchanges the predictor's running statistics.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("predictor", &predictor.buffers)
  }
}
