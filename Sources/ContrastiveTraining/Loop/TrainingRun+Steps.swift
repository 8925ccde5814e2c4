import Contrastive

extension TrainingRun {
  /// Trains to the end.
  ///
  /// - Parameter report: called on the calling thread with each event.
  /// - Returns: the accuracies and the time.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  public mutating func train(
    report: (TrainingEvent) throws(ContrastiveError) -> Void = { _ in }
  ) throws(ContrastiveError) -> TrainingResult {
    while true {
      if let result { return result }
      try advance(report: report)
    }
  }

  /// Trains to the end, or until a closure says stop.
  ///
  /// Inside the closures the run must not be used: it is being changed. What they need they are
  /// given.
  ///
  /// - Parameters:
  ///   - shouldStop: asked after every step.
  ///   - report: called on the calling thread with each event.
  /// - Returns: the accuracies and the time; nil when stopped before the end. The run is then
  ///   between two steps and continues with the next call.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  public mutating func train(
    until shouldStop: (TrainingProgress) -> Bool,
    report: (TrainingEvent) throws(ContrastiveError) -> Void = { _ in }
  ) throws(ContrastiveError) -> TrainingResult? {
    while !isFinished {
      var progress: TrainingProgress?
      try advance { event throws(ContrastiveError) in
        if case .step(let step) = event { progress = step }
        try report(event)
      }
      if let progress, shouldStop(progress) { break }
    }
    return result
  }

  /// Takes one step, with what comes before the first of an epoch and after the last.
  ///
  /// After an error the run may be between two steps and is of no more use; a checkpoint is.
  ///
  /// - Parameter report: called on the calling thread with each event.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  public mutating func advance(
    report: (TrainingEvent) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    let clock = ContinuousClock()
    let start = clock.now
    if progress.baselines == nil {
      let evaluation = try evaluation
      let baselines = RunProgress.Baselines(
        randomEncoder: try evaluation.accuracy(of: encoder),
        rawPixels: try evaluation.accuracyOfPixels())
      try report(
        .baselines(randomEncoder: baselines.randomEncoder, rawPixels: baselines.rawPixels))
      progress.baselines = baselines
      if options.epochs == 0 { progress.outcome = try evaluation.outcome(of: encoderFile) }
      progress.seconds += (clock.now - start).seconds
    }
    guard progress.epoch < options.epochs else { return }
    let stepStart = clock.now
    if progress.step == 0 { try beginEpoch() }
    try takeStep()
    let seconds = (clock.now - stepStart).seconds
    progress.epochSeconds += seconds
    progress.seconds += seconds
    try report(.step(place))
    guard progress.step == stepsPerEpoch else { return }

    let evaluationStart = clock.now
    let found = try evaluation.findings(of: encoder)
    var measures = progress.measures.mapValues { $0 / Double(stepsPerEpoch) }
    var warnings = method.warnings + found.warnings
    if let spread = measures["embedding_spread"], spread < NeighborEvaluation.collapsedSpread {
      warnings.append(NeighborEvaluation.collapse("embeddings", spread: spread))
    }
    measures.merge(found.measures) { own, _ in own }
    if progress.epoch + 1 == options.epochs {
      progress.outcome = try evaluation.outcome(of: encoderFile)
    }
    progress.seconds += (clock.now - evaluationStart).seconds
    let steps = Double(stepsPerEpoch)
    let metrics = EpochMetrics(
      epoch: progress.epoch + 1, loss: progress.loss / steps, seconds: progress.epochSeconds,
      imagesPerSecond: steps * Double(batchSize) / progress.epochSeconds,
      knnAccuracy: found.accuracy, measures: measures.isEmpty ? nil : measures,
      warnings: warnings.isEmpty ? nil : warnings)
    progress.finishEpoch(metrics)
    try report(.epoch(metrics))
  }

  private var evaluation: NeighborEvaluation {
    get throws(ContrastiveError) {
      NeighborEvaluation(
        train: train, test: test, scaling: scaling,
        classifier: try WeightedKNN(k: options.neighbors, temperature: options.voteTemperature),
        workers: workers)
    }
  }

  private var place: TrainingProgress {
    TrainingProgress(
      epoch: progress.epoch + 1, epochs: options.epochs, step: progress.step,
      steps: stepsPerEpoch, loss: progress.loss / Double(progress.step),
      imagesPerSecond: Double(progress.step * batchSize) / progress.epochSeconds,
      seconds: progress.seconds)
  }

  /// The run's progress, and its images.
  package var start: EpochStart {
    EpochStart(
      epoch: progress.epoch, epochs: options.epochs, step: stepsDone, steps: steps,
      seed: options.seed, images: train, scaling: scaling)
  }

  private mutating func beginEpoch() throws(ContrastiveError) {
    let (start, online, workers) = (start, encoder, workers)
    try cropBoxes?.begin(start, online: online, workers: workers)
    try method.begin(start, online: online, workers: workers)
  }

  private mutating func takeStep() throws(ContrastiveError) {
    let indices = indices(of: progress.step)
    let images: Pixels
    if let ahead {
      images = try ahead.take(indices)
    } else {
      images = try train.checkedPixels(at: indices, workers: workers)
    }
    if let ahead, progress.step + 1 < stepsPerEpoch {
      ahead.start(self.indices(of: progress.step + 1))
    }
    var views: [Activations] = []
    for (view, recipe) in method.views.enumerated() {
      views.append(
        try recipe.guided(by: cropBoxes?.boxes ?? []).views(
          of: images, ids: indices, seed: options.seed, epoch: progress.epoch, view: view,
          workers: workers))
    }
    let batch = TrainingBatch(
      indices: indices, views: views, epoch: progress.epoch, step: stepsDone, steps: steps,
      seed: options.seed)
    let gradient = try method.step(batch, online: &encoder, workers: workers)
    let rate = schedule.rate(at: stepsDone)
    try optimizer.step(
      &encoder.network.parameters, gradient: gradient.encoder, rate: rate, workers: workers)
    if let own = gradient.own, var parameters = method.parameters {
      let ownRate = method.ownRate(scheduled: rate, peak: options.learningRate)
      let workers = workers
      try ownOptimizer?.step(&parameters, gradient: own, rate: ownRate, workers: workers)
      method.parameters = parameters
    }
    progress.step += 1
    progress.loss += gradient.loss
    for (name, value) in gradient.measures { progress.measures[name, default: 0] += value }
  }

  /// The images of a step of the current epoch.
  private mutating func indices(of step: Int) -> [Int] {
    Array(imageOrder()[(step * batchSize)..<((step + 1) * batchSize)])
  }

  private mutating func imageOrder() -> [Int] {
    if let order, order.epoch == progress.epoch { return order.indices }
    let indices = CounterRandom.order(
      seed: options.seed, epoch: progress.epoch, count: train.count)
    order = (progress.epoch, indices)
    return indices
  }
}
