import Contrastive

/// One view's projections and the predictions that a head makes from them, and the way back.
struct PredictedView: Sendable {
  /// The online encoder's projections, not normalized.
  let projections: Matrix
  /// The predictor's output for them, not normalized.
  let predictions: Matrix
  fileprivate let encoderTape: Network.Tape
  fileprivate let predictorTape: Network.Tape
}

/// A predictor on the online encoder's projections, and the step that BYOL and SimSiam share: each
/// view's prediction moves toward a target from the other view, which is held constant.
struct ViewPredictor: Sendable {
  private var network: Network

  /// A loss with its gradients for the predictions of two views.
  struct PairLoss {
    let loss: Double
    let first: Matrix?
    let second: Matrix?
  }

  /// A predictor from embeddings to embeddings: linear, batch normalization, rectifier, linear.
  init(_ start: MethodStart, hidden: Int) throws(ContrastiveError) {
    let dimension = start.online.projectionDimension
    network = try Head.perceptron(hidden: hidden, outputs: dimension, normalization: .hidden)
      .network("predictor", inputs: dimension, seed: start.options.seed)
  }

  /// The parameters that are learned besides the encoder's.
  var parameters: ParameterVector? {
    get { network.parameters }
    set { if let newValue { network.parameters = newValue } }
  }

  /// Predicts from both views, each a batch of its own, and carries the loss back.
  ///
  /// - Parameters:
  ///   - batch: two views of some images.
  ///   - online: its running statistics move.
  ///   - workers: the threads to use; no effect on the result.
  ///   - objective: the loss of the two views' predictions.
  /// - Returns: the loss and the gradients for the encoder and the predictor.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers,
    objective: (PredictedView, PredictedView) throws(ContrastiveError) -> PairLoss
  ) throws(ContrastiveError) -> StepGradient {
    let first = try predict(batch.views[0], online: &online, workers: workers)
    let second = try predict(batch.views[1], online: &online, workers: workers)
    let found = try objective(first, second)
    var total = try backward(found.first, first, online: online, workers: workers)
    let rest = try backward(found.second, second, online: online, workers: workers)
    try total.encoder.add(rest.encoder, workers: workers)
    try total.predictor.add(rest.predictor, workers: workers)
    let spread = try first.projections.normalized(argument: "projections").rows.unitSpread()
    return StepGradient(
      loss: found.loss, encoder: total.encoder, own: total.predictor,
      measures: ["embedding_spread": spread])
  }

  private mutating func predict(
    _ view: Activations, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> PredictedView {
    let (projections, encoderTape) = try online.forward(view, workers: workers)
    let (predictions, tape) = try network.forward(projections, workers: workers)
    return PredictedView(
      projections: projections.withoutZeroRows(), predictions: predictions.withoutZeroRows(),
      encoderTape: encoderTape, predictorTape: tape)
  }

  private func backward(
    _ gradient: Matrix?, _ view: PredictedView, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> (encoder: ParameterVector, predictor: ParameterVector) {
    let zero = Matrix(zeros: view.predictions.rows, by: view.predictions.columns)
    let (own, projections) = try network.backwardToInput(
      gradient ?? zero, tape: view.predictorTape, workers: workers)
    return (try online.backward(projections, tape: view.encoderTape, workers: workers), own)
  }
}

extension ViewPredictor: Stateful {
  /// Exchanges the running statistics; the parameters are the loop's to save.
  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try network.buffers.exchange(&state)
  }
}
