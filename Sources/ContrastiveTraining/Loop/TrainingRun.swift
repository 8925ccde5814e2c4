import Contrastive

/// A run: an encoder, the method that trains it and the images it learns from.
///
/// The loop is the same for every method: draw an order of the images, draw the method's views, let
/// it compute a gradient, take an optimiser step, and after each epoch evaluate and report.
public struct TrainingRun: Sendable {
  /// What the run is made from.
  public let options: TrainingOptions
  /// The encoder as trained so far.
  public private(set) var encoder: Encoder
  /// How bytes become the encoder's inputs.
  public let scaling: PixelScaling

  private let train: ImageSet
  private let images: Pixels
  private let test: ImageSet
  private let workers: Workers
  private var method: any TrainingMethod
  private var optimizer: SGD

  /// Prepares a run; nothing is trained yet.
  ///
  /// - Parameters:
  ///   - options: what the run is made from.
  ///   - data: training and test images with labels; labels serve the evaluation alone.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.parameter` for an option out of range.
  public init(
    options: TrainingOptions, data: ImageFolder, workers: Workers = .all
  ) throws(ContrastiveError) {
    try options.validate()
    train = try data.train.prefix(options.limit ?? data.train.count)
    self.options = options.resolved(images: train.count)
    images = train.pixels
    test = data.test
    self.workers = workers
    scaling = try PixelScaling(of: images)
    encoder = try Encoder(
      images.shape, options: options.encoder, seed: options.seed)
    optimizer = try SGD(
      encoder.network.parameters.layout, momentum: options.sgdMomentum,
      weightDecay: options.weightDecay)
    method = try self.options.makeMethod(online: encoder, scaling: scaling)
  }

  /// Trains to the end.
  ///
  /// - Parameter report: called on the calling thread with each event.
  /// - Returns: the accuracies and the time.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  public mutating func train(
    report: (TrainingEvent) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) -> TrainingResult {
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = NeighborEvaluation(
      train: train, test: test, scaling: scaling,
      classifier: try WeightedKNN(k: options.neighbors, temperature: options.voteTemperature),
      workers: workers)
    let random = try evaluation.accuracy(of: encoder)
    let pixels = try evaluation.accuracyOfPixels()
    try report(.baselines(randomEncoder: random, rawPixels: pixels))

    let batch = min(options.batchSize, images.count)
    let steps = images.count / batch
    let schedule = try CosineSchedule(
      peak: options.learningRate,
      warmup: min(Int(options.warmupEpochs * Float(steps)), options.epochs * steps),
      steps: max(1, options.epochs * steps))
    var accuracy = random
    let firstStep = clock.now
    for epoch in 0..<options.epochs {
      let order = CounterRandom.order(seed: options.seed, epoch: epoch, count: images.count)
      let epochStart = clock.now
      var total = 0.0
      for step in 0..<steps {
        let images = order[(step * batch)..<((step + 1) * batch)]
        total += try takeStep(
          images, epoch: epoch, rate: schedule.rate(at: epoch * steps + step))
        try report(
          .step(
            TrainingProgress(
              epoch: epoch + 1, epochs: options.epochs, step: step + 1, steps: steps,
              loss: total / Double(step + 1),
              imagesPerSecond: Double((step + 1) * batch) / (clock.now - epochStart).inSeconds,
              seconds: (clock.now - firstStep).inSeconds)))
      }
      let seconds = (clock.now - epochStart).inSeconds
      accuracy = try evaluation.accuracy(of: encoder)
      try report(
        .epoch(
          EpochMetrics(
            epoch: epoch + 1, loss: total / Double(steps), seconds: seconds,
            imagesPerSecond: Double(steps * batch) / seconds, knnAccuracy: accuracy)))
    }
    return TrainingResult(
      knnAccuracy: accuracy, randomEncoderKNNAccuracy: random, rawPixelKNNAccuracy: pixels,
      epochs: options.epochs, images: images.count,
      seconds: (clock.now - start).inSeconds)
  }

  /// The encoder with what is needed to use it.
  public var encoderFile: EncoderFile {
    EncoderFile(encoder, options: options.encoder, scaling: scaling)
  }

  /// One step on the images of some indices; returns its loss.
  private mutating func takeStep(
    _ batch: ArraySlice<Int>, epoch: Int, rate: Float
  ) throws(ContrastiveError) -> Double {
    var views: [Activations] = []
    for (view, recipe) in method.views.enumerated() {
      views.append(
        try recipe.views(
          of: images, batch, seed: options.seed, epoch: epoch, view: view, workers: workers))
    }
    let (loss, gradient) = try method.step(views: views, online: &encoder, workers: workers)
    optimizer.step(
      &encoder.network.parameters, gradient: gradient, rate: rate, workers: workers)
    return loss
  }
}

extension TrainingOptions {
  /// The encoder's form.
  var encoder: EncoderOptions {
    EncoderOptions(
      widths: widths, head: .perceptron(hidden: hiddenDimension, outputs: embeddingDimension))
  }

  /// The method, ready for its first step.
  func makeMethod(
    online: Encoder, scaling: PixelScaling
  ) throws(ContrastiveError) -> any TrainingMethod {
    var augmentations: [any Augmentation] = [try RandomResizedCrop(scale: smallestCrop...1)]
    if flips { augmentations.append(try HorizontalFlip()) }
    augmentations.append(try BrightnessContrast(brightness: jitter, contrast: jitter))
    let view = ViewRecipe(augmentations, scaling: scaling)
    switch method {
    case .moco:
      return try MoCo(
        online: online, view: view, temperature: temperature,
        bankCapacity: bankCapacity ?? batchSize,
        momentum: encoderMomentum)
    }
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
