import Contrastive

/// One view's projections and the predictions that a head makes from them, and the way back.
struct PredictedView: Sendable {
  /// The online encoder's projections, not normalized.
  let projections: Matrix
  /// What the predictor makes of them, not normalized.
  let predictions: Matrix
  private let encoderTape: Network.Tape
  private let predictorTape: Network.Tape

  /// Encodes a view and predicts; both networks' running statistics move.
  ///
  /// - Throws: `ContrastiveError.shape` when the view does not fit.
  init(
    of view: Activations, online: inout Encoder, predictor: inout Network, workers: Workers
  ) throws(ContrastiveError) {
    (projections, encoderTape) = try online.forward(view, workers: workers)
    let (output, tape) = try predictor.forward(Activations(projections), workers: workers)
    (predictions, predictorTape) = (output.matrix, tape)
  }

  /// ∂loss/∂parameters of the encoder and of the predictor from ∂loss/∂predictions.
  ///
  /// - Throws: `ContrastiveError.shape` when `gradient` does not have the predictions' shape.
  func backward(
    _ gradient: Matrix, online: Encoder, predictor: Network, workers: Workers
  ) throws(ContrastiveError) -> (encoder: ParameterVector, predictor: ParameterVector) {
    let (own, slope) = try predictor.backwardToInput(
      Activations(gradient), tape: predictorTape, workers: workers)
    return (try online.backward(slope.matrix, tape: encoderTape, workers: workers), own)
  }
}

extension StepGradient {
  /// The gradients of two predicted views, added.
  init(
    loss: Double, of first: (view: PredictedView, gradient: Matrix?),
    _ second: (view: PredictedView, gradient: Matrix?), online: Encoder, predictor: Network,
    workers: Workers
  ) throws(ContrastiveError) {
    func gradients(
      _ part: (view: PredictedView, gradient: Matrix?)
    ) throws(ContrastiveError) -> (encoder: ParameterVector, predictor: ParameterVector) {
      let view = part.view
      return try view.backward(
        part.gradient ?? Matrix(zeros: view.predictions.rows, by: view.predictions.columns),
        online: online, predictor: predictor, workers: workers)
    }
    var total = try gradients(first)
    let rest = try gradients(second)
    total.encoder.add(rest.encoder, workers: workers)
    total.predictor.add(rest.predictor, workers: workers)
    let spread = try first.view.projections.normalized(argument: "projections").rows.unitSpread()
    self.init(
      loss: loss, encoder: total.encoder, own: total.predictor,
      measures: ["embedding_spread": spread])
  }
}

extension MethodStart {
  /// A predictor from embeddings to embeddings: linear, batch normalization, rectifier, linear.
  func predictor(hidden: Int) throws(ContrastiveError) -> Network {
    let dimension = online.projectionDimension
    return try Head.perceptron(hidden: hidden, outputs: dimension, normalization: .hidden)
      .network("predictor", inputs: dimension, seed: options.seed)
  }
}
