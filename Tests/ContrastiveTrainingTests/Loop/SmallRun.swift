import ContrastiveCore
import _TestSupport

import ContrastiveTraining

/// A run on few and small colored images.
enum SmallRun {
  /// 40 training and 12 test images of 8 × 7 × 3 in three classes.
  static func data() throws -> SmallData {
    func images(_ count: Int) throws -> ImageSet {
      let shape = try ImageShape(height: 8, width: 7, channels: 3)
      return try ImageSet(
        Pixels(TestData.images(count, height: 8, width: 7), shape: shape),
        labels: (0..<count).map { $0 % 3 })
    }
    return SmallData(train: try images(40), test: try images(12))
  }

  /// Five steps of 8 images an epoch.
  static func options(_ method: MethodName, epochs: Int = 2) -> TrainingOptions {
    var options = TrainingOptions(method)
    options.epochs = epochs
    options.batchSize = 8
    options.widths = [4, 6]
    options.hiddenDimension = 8
    options.embeddingDimension = 5
    options.neighbors = 5
    return options
  }

  static func make(
    _ method: MethodName, epochs: Int = 2, workers: Workers = .one
  ) throws -> TrainingRun {
    try TrainingRun(options: options(method, epochs: epochs), data: data(), workers: workers)
  }
}

/// Training and test images in memory.
struct SmallData {
  let train: ImageSet
  let test: ImageSet
}

extension TrainingRun {
  init(
    options: TrainingOptions, data: SmallData, initial: InitialEncoder? = nil,
    workers: Workers = .all
  ) throws {
    try self.init(
      options: options, train: data.train, test: data.test, initial: initial, workers: workers)
  }

  /// Every bit of the state, times left out.
  func fingerprint() throws -> [String: [UInt8]] {
    var (run, state) = (self, StateExchange())
    run.progress = run.progress.withoutTimes
    try run.exchange(&state)
    var bytes = state.texts.mapValues { Array($0.utf8) }
    for (name, tensor) in state.tensors {
      tensor.elements.withUnsafeBytes { bytes[name] = Array($0) }
    }
    return bytes
  }
}

extension RunProgress {
  /// What must not depend on how fast the machine is.
  var withoutTimes: RunProgress {
    var progress = self
    (progress.seconds, progress.epochSeconds) = (0, 0)
    for index in metrics.indices {
      (progress.metrics[index].seconds, progress.metrics[index].imagesPerSecond) = (0, 0)
    }
    return progress
  }
}
