import Contrastive
import ContrastiveFiles

/// A training run: an encoder, the method that trains it and the images it learns from.
///
/// The loop is the same for every method: shuffle the images, draw the method's views, let it
/// compute a gradient, take an optimizer step, and after each epoch evaluate and report. Images
/// that do not fill the last batch of an epoch are not used in that epoch.
///
/// The whole state of a run is what `exchange` names. It needs no random generator: every draw is a
/// function of the seed, the epoch and the image.
public struct TrainingRun: Sendable {
  /// The run's options, with every default filled in.
  public let options: TrainingOptions
  /// The encoder as trained so far.
  public internal(set) var encoder: ImageEncoder
  /// The scaling of bytes to the encoder's input.
  public let scaling: PixelScaling
  /// Steps per epoch.
  public let stepsPerEpoch: Int
  /// CRC-32 of the training images' bytes, which identifies them.
  let imageChecksum: UInt32
  /// CRC-32 of the test images' bytes and of all labels.
  let evaluationChecksum: UInt32

  let train: any ImageSource
  let test: (any ImageSource)?
  /// Pictures that were left out; nil where images are no files.
  let skipped: Int?
  let workers: Workers
  /// The images of the next step, where giving them is work.
  let ahead: ImagesAhead?
  let schedule: any RateSchedule
  let batchSize: Int
  package internal(set) var method: any TrainingMethod
  var optimizer: any Optimizer
  var ownOptimizer: (any Optimizer)?
  var cropBoxes: CropBoxes?
  package var progress = RunProgress()
  /// The order of the images in an epoch, a function of the seed and the epoch.
  var order: (epoch: Int, indices: [Int])?

  /// Prepares a run; nothing is trained yet.
  ///
  /// The images are read once, for their statistics and their checksum.
  ///
  /// - Parameters:
  ///   - options: what the run is made from; `TrainingOptions(MyMethod.Options())` trains by a
  ///     method of one's own.
  ///   - train: images to train on, at least 2. Their labels serve evaluation alone.
  ///   - test: labeled images that the labeled training images classify after every epoch. Without
  ///     them, or without labels, kNN accuracies are nil and the features' spread is measured.
  ///   - initial: the backbone to start from; at random when nil.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.parameter` for an option out of range, `.shape` for labels of
  ///   another number or test images of another shape, `.file` for an initial encoder that does not
  ///   fit, and what the source throws.
  public init(
    options: TrainingOptions, train: any ImageSource, test: (any ImageSource)? = nil,
    initial: InitialEncoder? = nil, workers: Workers = .all
  ) throws(ContrastiveError) {
    try self.init(
      options: options, data: ImageFolder(train: train, test: test), initial: initial,
      workers: workers)
  }

  /// Prepares a run on a folder's images; nothing is trained yet.
  ///
  /// - Parameters:
  ///   - options: what the run is made from.
  ///   - data: training images, and test images if there are any.
  ///   - initial: the backbone to start from; at random when nil.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: what `init(options:train:test:initial:workers:)` throws.
  public init(
    options: TrainingOptions, data: ImageFolder, initial: InitialEncoder? = nil,
    workers: Workers = .all
  ) throws(ContrastiveError) {
    let (train, test) = (data.train, data.test)
    try options.validate()
    try train.validate(named: "training images")
    try test?.validate(named: "test images")
    if let test, test.shape != train.shape {
      throw .shape(
        argument: "test images", found: "\(test.shape)",
        expected: "\(train.shape), as of the training images")
    }
    let count = min(options.limit ?? train.count, train.count)
    try requireShape(count >= 2, "training images", "[\(count)]", "[2 or more]")
    let images = ChosenImages(train, firstOf: count)
    self.train = images
    self.test = test
    skipped = data.skipped?.count
    ahead = images.isInMemory ? nil : ImagesAhead(images, workers: workers)
    let workers = workers.using(options.product)
    self.workers = workers
    let statistics = try PixelStatistics(of: images, workers: workers)
    var options = options.resolved(images: count)
    if options.architecture != .small { options.stem = options.stem ?? .usual(for: train.shape) }
    let given = try initial?.scaling(channels: train.shape.channels)
    if let given {
      scaling = try options.setScaling(given, isKept: true)
    } else {
      scaling = try options.setScaling(statistics.scaling(), isKept: false)
    }
    self.options = options
    imageChecksum = statistics.checksum
    evaluationChecksum = try EvaluationChecksum.of(train: images, test: test, workers: workers)
    batchSize = min(options.batchSize, count)
    stepsPerEpoch = count / batchSize
    schedule = try options.makeSchedule(stepsPerEpoch: stepsPerEpoch)
    var encoder = try ImageEncoder(train.shape, options: options.encoder, seed: options.seed)
    try initial?.load(into: &encoder)
    if options.frozenPart == .backbone { encoder.freezeBackbone() }
    self.encoder = encoder
    optimizer = try options.makeOptimizer(encoder.network.parameters.layout)
    method = try self.options.method.makeMethod(
      MethodStart(online: encoder, options: self.options, images: count, scaling: scaling))
    cropBoxes = CropBoxes(self.options, images: count)
    if let own = method.parameters { ownOptimizer = try options.makeOptimizer(own.layout) }
  }

  /// Whether every epoch is done and evaluated.
  public var isFinished: Bool {
    progress.baselines != nil && progress.epoch == options.epochs
  }

  /// Steps taken so far.
  public var stepsDone: Int { progress.epoch * stepsPerEpoch + progress.step }

  /// Steps of the whole run.
  public var steps: Int { options.epochs * stepsPerEpoch }

  /// The result; nil before the run is finished.
  public var result: TrainingResult? {
    guard isFinished, let baselines = progress.baselines else { return nil }
    return TrainingResult(
      knnAccuracy: progress.metrics.last.map(\.knnAccuracy) ?? baselines.randomEncoder,
      randomEncoderKNNAccuracy: baselines.randomEncoder,
      rawPixelKNNAccuracy: baselines.rawPixels, alignment: progress.outcome?.alignment,
      uniformity: progress.outcome?.uniformity, rankMe: progress.outcome?.rankMe,
      embeddingSpread: progress.outcome?.embeddingSpread, epochs: options.epochs,
      images: train.count, unlabeledImages: unlabeled.train, unlabeledTestImages: unlabeled.test,
      skipped: skipped, processes: workers.processes.flatMap { $0.size > 1 ? $0.size : nil },
      seconds: progress.seconds)
  }

  /// Numbers of training and test images labeled −1; nil for none.
  package var unlabeled: (train: Int?, test: Int?) {
    func count(_ labels: [Int]?) -> Int? {
      let count = (labels ?? []).count { $0 == -1 }
      return count > 0 ? count : nil
    }
    return (count(train.labels), count(test?.labels))
  }

  /// The encoder with what is needed to use it.
  public var encoderFile: EncoderFile {
    EncoderFile(encoder, options: options.encoder, scaling: scaling)
  }
}

extension TrainingRun: Stateful {
  /// Exchanges everything that the rest of the run depends on.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("encoder", &encoder)
    try state("optimizer", &optimizer)
    if var parameters = method.parameters, var optimizer = ownOptimizer {
      try state("own", &parameters)
      try state("own_optimizer", &optimizer)
      (method.parameters, ownOptimizer) = (parameters, optimizer)
    }
    try state("method", &method)
    if var boxes = cropBoxes {
      try state("crop", &boxes)
      cropBoxes = boxes
    }
    try state.record("progress", &progress)
    guard !state.isLoading || progress.isPossible(epochs: options.epochs, steps: stepsPerEpoch)
    else {
      throw state.failure("progress is not that of \(options.epochs) × \(stepsPerEpoch) steps")
    }
  }
}

extension RunProgress {
  /// Whether a run of so many epochs and steps can be there.
  fileprivate func isPossible(epochs: Int, steps: Int) -> Bool {
    0...epochs ~= epoch && 0..<max(steps, 1) ~= step && metrics.count == epoch
      && (epoch < epochs || step == 0) && (baselines != nil || (epoch == 0 && step == 0))
  }
}
