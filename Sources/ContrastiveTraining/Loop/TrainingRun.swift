import Contrastive
import ContrastiveFiles

/// A run: an encoder, the method that trains it and the images it learns from.
///
/// The loop is the same for every method: draw an order of the images, draw the method's views, let
/// it compute a gradient, take an optimizer step, and after each epoch evaluate and report.
///
/// The whole state of a run is what `exchange` names. Random numbers need no place in it: every
/// draw is a function of the seed, the epoch and the image.
public struct TrainingRun: Sendable {
  /// What the run is made from.
  public let options: TrainingOptions
  /// The encoder as trained so far.
  public internal(set) var encoder: Encoder
  /// How bytes become the encoder's inputs.
  public let scaling: PixelScaling
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// CRC-32 of the training images' bytes, which tells them from others.
  let imageChecksum: UInt32

  let train: ImageSet
  let test: ImageSet
  let workers: Workers
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
    test = data.test
    self.workers = workers
    scaling = try PixelScaling(of: train.pixels)
    var sum = CRC32()
    sum.add(train.pixels.bytes)
    imageChecksum = sum.value
    batchSize = min(options.batchSize, train.count)
    stepsPerEpoch = train.count / batchSize
    schedule = try options.makeSchedule(stepsPerEpoch: stepsPerEpoch)
    encoder = try Encoder(train.pixels.shape, options: options.encoder, seed: options.seed)
    optimizer = try options.makeOptimizer(encoder.network.parameters.layout)
    method = try self.options.method.options.makeMethod(
      MethodStart(
        online: encoder, options: self.options, images: train.count, scaling: scaling))
    cropBoxes = CropBoxes(self.options, images: train.count)
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

  /// How the run ended; nil before it is finished.
  public var result: TrainingResult? {
    guard isFinished, let baselines = progress.baselines else { return nil }
    return TrainingResult(
      knnAccuracy: progress.metrics.last?.knnAccuracy ?? baselines.randomEncoder,
      randomEncoderKNNAccuracy: baselines.randomEncoder,
      rawPixelKNNAccuracy: baselines.rawPixels, epochs: options.epochs, images: train.count,
      seconds: progress.seconds)
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
