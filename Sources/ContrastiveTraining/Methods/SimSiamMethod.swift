import Contrastive

/// SimSiam (Chen and He, "Exploring Simple Siamese Representation Learning", CVPR 2021).
///
/// Both views pass the one encoder, each as a batch of its own, and a predictor; each prediction
/// moves toward the other view's projection, which is held constant (stop-gradient). There are no
/// negatives and no second encoder. The projection head is normalized after every layer, the
/// predictor is a bottleneck, as in the paper.
public struct SimSiamMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options
  private var predictor: ViewPredictor
  private let objective = SimSiam()

  /// The options of SimSiam.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.simsiam.rawValue

    /// Hidden dimension of the predictor; a quarter of the embeddings' (512 of 2,048) in the paper.
    public var predictorDimension = 32
    /// Whether the predictor's learning rate stays at the peak, as in the paper.
    public var fixedPredictorRate = true

    /// The default options.
    public init() {}

    /// A head normalized after every layer.
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .all
      options.embeddingDimension = 128
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireDimension(predictorDimension, "predictor_dimension")
    }

    /// SimSiam with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return SimSiamMethod(
        views: views, options: self,
        predictor: try ViewPredictor(start, hidden: predictorDimension))
    }
  }

  /// The predictor's.
  public var parameters: ParameterVector? {
    get { predictor.parameters }
    set { predictor.parameters = newValue }
  }

  /// Compares each prediction with the other view's projection.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let objective = objective
    return try predictor.step(
      batch, online: &online, workers: workers
    ) { first, second throws(ContrastiveError) in
      let result = try objective.evaluate(
        predictions1: first.predictions, predictions2: second.predictions,
        projections1: first.projections, projections2: second.projections, workers: workers)
      return ViewPredictor.PairLoss(
        loss: result.loss, first: result[.predictions1], second: result[.predictions2])
    }
  }

  /// The peak, if the predictor's rate is fixed.
  public func ownRate(scheduled: Float, peak: Float) -> Float {
    options.fixedPredictorRate ? peak : scheduled
  }

  /// Exchanges the predictor's running statistics.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("predictor", &predictor)
  }
}
