/// How one run ended: some of what `contrastive train` and `contrastive evaluate` print.
struct Outcome: Codable {
  var training: Training
  var features: Features

  /// From `contrastive train`.
  struct Training: Codable {
    let knnAccuracy: Double
    let randomEncoderAccuracy: Double
    let rawPixelAccuracy: Double
    let epochs: Int
    /// Training images used.
    let images: Int
    /// Of the whole run, evaluations included.
    let seconds: Double

    enum CodingKeys: String, CodingKey {
      case knnAccuracy = "knn_accuracy"
      case randomEncoderAccuracy = "random_encoder_knn_accuracy"
      case rawPixelAccuracy = "raw_pixel_knn_accuracy"
      case epochs, images, seconds
    }
  }

  /// From `contrastive evaluate`, on the test images.
  struct Features: Codable {
    /// Agreement of as many clusters as there are labels with the labels.
    let ami: Double
    let rankMe: Double
    /// Signs of collapse.
    let warnings: [String]

    enum CodingKeys: String, CodingKey {
      case ami
      case rankMe = "rankme"
      case warnings
    }
  }
}
