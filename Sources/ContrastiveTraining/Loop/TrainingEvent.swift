/// What a run reports during training.
public enum TrainingEvent: Sendable {
  /// kNN accuracies the run is compared with, before its first step; nil without labels.
  case baselines(randomEncoder: Double?, rawPixels: Double?)
  /// A step was taken.
  case step(TrainingProgress)
  /// An epoch was finished and evaluated.
  case epoch(EpochMetrics)
}

/// The progress of a run.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// The current epoch, from 1.
  public let epoch: Int
  /// Epochs of the run.
  public let epochs: Int
  /// Steps done in this epoch.
  public let step: Int
  /// Steps per epoch.
  public let steps: Int
  /// Mean loss of this epoch's steps so far.
  public let loss: Double
  /// Training images per second in this epoch so far.
  public let imagesPerSecond: Double
  /// Seconds since the first step, evaluations included.
  public let seconds: Double

  /// Steps done in the whole run.
  public var stepsDone: Int { (epoch - 1) * steps + step }
  /// Fraction of the run's steps that are done.
  public var fraction: Double {
    (Double(epoch - 1) + Double(step) / Double(steps)) / Double(epochs)
  }

  enum CodingKeys: String, CodingKey {
    case epoch, epochs, step, steps, loss, seconds
    case imagesPerSecond = "images_per_second"
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
  /// Training images per second.
  public package(set) var imagesPerSecond: Double
  /// Share of the test images that their nearest training images classify correctly; nil (null in
  /// files) without labels or test images.
  public let knnAccuracy: Double?
  /// Means of the method's measures over the steps, by name; nil when it has none.
  ///
  /// Where there is no kNN accuracy also `feature_uniformity` and `feature_effective_rank` of the
  /// backbone's features, and `zero_feature_images` where images have features of zeros alone.
  public let measures: [String: Double]?
  /// What went wrong without ending the run, in words; nil when nothing did.
  ///
  /// Collapse of features or embeddings (`embedding_spread` below √0.001), fewer clusters than
  /// wanted, features of zeros.
  public let warnings: [String]?

  enum CodingKeys: String, CodingKey {
    case epoch, loss, seconds, measures, warnings
    case imagesPerSecond = "images_per_second"
    case knnAccuracy = "knn_accuracy"
  }

  /// Writes the line; a missing accuracy is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(epoch, forKey: .epoch)
    try container.encode(loss, forKey: .loss)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
    try container.encode(knnAccuracy, forKey: .knnAccuracy)
    try container.encodeIfPresent(measures, forKey: .measures)
    try container.encodeIfPresent(warnings, forKey: .warnings)
  }
}

/// A run's `result.json`.
public struct TrainingResult: Codable, Equatable, Sendable {
  /// kNN accuracy of the trained encoder's features; nil (null in files) without labels or test
  /// images.
  public let knnAccuracy: Double?
  /// kNN accuracy of the encoder's features before training.
  public let randomEncoderKNNAccuracy: Double?
  /// kNN accuracy of the pixels themselves.
  public let rawPixelKNNAccuracy: Double?
  /// Mean squared distance of the unit features of an image and of a random view of it, 0 … 4; of
  /// the first 10,000 test images, or else training images, as the three that follow.
  public let alignment: Double?
  /// Uniformity of the features: the lower, the more evenly they are spread; nil for one image.
  public let uniformity: Double?
  /// RankMe of the features, 1 … their dimension.
  public let rankMe: Double?
  /// Spread of the features: 1 is even on the sphere, 0 is collapse.
  public let embeddingSpread: Double?
  /// Epochs trained.
  public let epochs: Int
  /// Training images used.
  public let images: Int
  /// Those of them labeled −1, which have no vote; nil when there are none.
  public let unlabeledImages: Int?
  /// Test images labeled −1, which do not count; nil when there are none.
  public let unlabeledTestImages: Int?
  /// Pictures that could not be decoded and were left out; nil where images are no files.
  public let skipped: Int?
  /// Processes that shared the last steps; nil for one.
  public let processes: Int?
  /// Seconds of the whole run, evaluations included.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case knnAccuracy = "knn_accuracy"
    case randomEncoderKNNAccuracy = "random_encoder_knn_accuracy"
    case rawPixelKNNAccuracy = "raw_pixel_knn_accuracy"
    case alignment, uniformity, skipped
    case rankMe = "rankme"
    case embeddingSpread = "embedding_spread"
    case epochs, images, processes, seconds
    case unlabeledImages = "unlabeled_images"
    case unlabeledTestImages = "unlabeled_test_images"
  }

  /// Writes the result; missing accuracies are null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(knnAccuracy, forKey: .knnAccuracy)
    try container.encode(randomEncoderKNNAccuracy, forKey: .randomEncoderKNNAccuracy)
    try container.encode(rawPixelKNNAccuracy, forKey: .rawPixelKNNAccuracy)
    try container.encode(alignment, forKey: .alignment)
    try container.encode(uniformity, forKey: .uniformity)
    try container.encode(rankMe, forKey: .rankMe)
    try container.encode(embeddingSpread, forKey: .embeddingSpread)
    try container.encode(epochs, forKey: .epochs)
    try container.encode(images, forKey: .images)
    try container.encodeIfPresent(unlabeledImages, forKey: .unlabeledImages)
    try container.encodeIfPresent(unlabeledTestImages, forKey: .unlabeledTestImages)
    try container.encodeIfPresent(skipped, forKey: .skipped)
    try container.encodeIfPresent(processes, forKey: .processes)
    try container.encode(seconds, forKey: .seconds)
  }
}
