import Contrastive

/// The optimizers.
public enum OptimizerName: String, Codable, CaseIterable, Sendable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Layer-wise adaptive rate scaling.
  case lars
  /// Adam with decoupled weight decay.
  case adamw
}

/// How the learning rate decays from its peak.
public enum ScheduleName: String, Codable, CaseIterable, Sendable {
  /// Half a cosine, to 0.
  case cosine
  /// To a tenth after three fifths and again after four fifths of the epochs, as in MoCo v1, but
  /// not before the warm-up ends.
  case steps
  /// Constant.
  case constant
}

/// Where crops are taken.
public enum CropName: String, Codable, CaseIterable, Sendable {
  /// Anywhere.
  case random
  /// Centered in a box that the encoder's own heat map gives each image.
  case contrastive
}

/// What of an encoder does not learn.
public enum FrozenPart: String, Codable, CaseIterable, Sendable {
  /// Everything learns.
  case none
  /// The backbone stays as it is, running statistics included; the head learns.
  case backbone
}

extension TrainingOptions {
  /// How the run's images are read.
  public var reading: ImageReading {
    var reading = ImageReading()
    (reading.labels, reading.holdout) = (labels, holdout)
    (reading.seed, reading.imageSize) = (seed, imageSize)
    return reading
  }

  /// The encoder's architecture.
  package var encoder: EncoderOptions {
    EncoderOptions(
      architecture, stem: stem, lastNormalization: lastNormalization, widths: widths,
      head: .perceptron(
        hidden: hiddenDimension, outputs: method.embeddingSpaces * embeddingDimension,
        normalization: headNormalization))
  }

  /// The scaling of the images: the options' own, else the one given, which the options then hold
  /// when it is to be kept.
  mutating func setScaling(
    _ found: PixelScaling, isKept: Bool
  ) throws(ContrastiveError) -> PixelScaling {
    if let pixelMean, let pixelDeviation {
      try requireParameter(
        pixelMean.count == found.mean.count, "pixel-mean", "\(pixelMean.count) numbers",
        "\(found.mean.count), one for each channel")
      return try PixelScaling(mean: pixelMean, deviation: pixelDeviation)
    }
    if isKept { (pixelMean, pixelDeviation) = (found.mean, found.deviation) }
    return found
  }

  /// The optimizer before its first step.
  func makeOptimizer(_ layout: ParameterLayout) throws(ContrastiveError) -> any Optimizer {
    switch optimizer {
    case .sgd: try SGD(layout, momentum: sgdMomentum, weightDecay: weightDecay)
    case .lars: try LARS(layout, momentum: sgdMomentum, weightDecay: weightDecay)
    case .adamw: try AdamW(layout, weightDecay: weightDecay)
    }
  }

  /// The learning rate over a run.
  package func makeSchedule(stepsPerEpoch: Int) throws(ContrastiveError) -> any RateSchedule {
    let total = max(1, epochs * stepsPerEpoch)
    let rise = min(Int(warmupEpochs * Float(stepsPerEpoch)), total - 1)
    switch schedule {
    case .cosine:
      return try WarmUp(
        steps: rise, then: CosineSchedule(peak: learningRate, steps: total - rise))
    case .steps:
      let milestones = Set([3 * total / 5, 4 * total / 5]).sorted()
      return RisingSteps(
        rise: rise, steps: try StepSchedule(peak: learningRate, milestones: milestones))
    case .constant:
      return try WarmUp(
        steps: rise, then: StepSchedule(peak: learningRate, milestones: []))
    }
  }
}

/// A linear rise to the peak, then falling steps whose milestones are counted from the beginning of
/// the rise: those within it wait for its end.
private struct RisingSteps: RateSchedule {
  let rise: Int
  let steps: StepSchedule

  func rate(at step: Int) -> Float {
    step < rise ? steps.peak * Float(step + 1) / Float(rise) : steps.rate(at: step)
  }
}
