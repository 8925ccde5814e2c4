import Contrastive

/// The optimisers there are.
public enum OptimizerName: String, Codable, CaseIterable, Sendable {
  /// Stochastic gradient descent with momentum.
  case sgd
}

extension TrainingOptions {
  /// The encoder's form.
  var encoder: EncoderOptions {
    EncoderOptions(
      widths: widths, head: .perceptron(hidden: hiddenDimension, outputs: embeddingDimension))
  }

  /// The optimiser at rest.
  func makeOptimizer(_ layout: ParameterLayout) throws(ContrastiveError) -> any Optimizer {
    switch optimizer {
    case .sgd: try SGD(layout, momentum: sgdMomentum, weightDecay: weightDecay)
    }
  }

  /// The learning rate over a run.
  func makeSchedule(stepsPerEpoch: Int) throws(ContrastiveError) -> CosineSchedule {
    try CosineSchedule(
      peak: learningRate,
      warmup: min(Int(warmupEpochs * Float(stepsPerEpoch)), epochs * stepsPerEpoch),
      steps: max(1, epochs * stepsPerEpoch))
  }
}
