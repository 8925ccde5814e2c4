/// What a run reports while it goes on.
public enum TrainingEvent: Sendable {
  /// What the run is compared with, before the first step.
  case baselines(randomEncoder: Double, rawPixels: Double)
  /// A step is done.
  case step(TrainingProgress)
  /// An epoch is done and evaluated.
  case epoch(EpochMetrics)
}

/// How far a run is.
public struct TrainingProgress: Sendable {
  /// The current epoch, from 1.
  public let epoch: Int
  /// Epochs of the run.
  public let epochs: Int
  /// Steps done in this epoch.
  public let step: Int
  /// Steps of an epoch.
  public let steps: Int
  /// Mean loss of this epoch's steps so far.
  public let loss: Double
  /// Training images a second in this epoch so far.
  public let imagesPerSecond: Double
  /// Seconds since the first step, evaluations included.
  public let seconds: Double

  /// Share of the run's steps that are done.
  public var fraction: Double {
    (Double(epoch - 1) + Double(step) / Double(steps)) / Double(epochs)
  }
}

/// One line of a run's `metrics.jsonl`.
public struct EpochMetrics: Codable, Equatable, Sendable {
  /// From 1.
  public let epoch: Int
  /// Mean loss of the steps.
  public let loss: Double
  /// Seconds the steps took, without the evaluation.
  public package(set) var seconds: Double
  /// Training images a second.
  public package(set) var imagesPerSecond: Double
  /// Share of the test images that their nearest training images classify rightly.
  public let knnAccuracy: Double
  /// Means of what the method measured in the steps, by name; nil when it measures nothing.
  public let measures: [String: Double]?

  enum CodingKeys: String, CodingKey {
    case epoch, loss, seconds, measures
    case imagesPerSecond = "images_per_second"
    case knnAccuracy = "knn_accuracy"
  }
}

/// A run's `result.json`.
public struct TrainingResult: Codable, Sendable {
  /// Accuracy of the trained encoder's features.
  public let knnAccuracy: Double
  /// Accuracy of the encoder's features before training.
  public let randomEncoderKNNAccuracy: Double
  /// Accuracy of the pixels themselves.
  public let rawPixelKNNAccuracy: Double
  /// Epochs trained.
  public let epochs: Int
  /// Training images used.
  public let images: Int
  /// Seconds of the whole run, evaluations included.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case knnAccuracy = "knn_accuracy"
    case randomEncoderKNNAccuracy = "random_encoder_knn_accuracy"
    case rawPixelKNNAccuracy = "raw_pixel_knn_accuracy"
    case epochs, images, seconds
  }
}
