/// A `contrastive train` that stands for itself: the same words, the same encoder.
struct TrainingCommand: Hashable {
  var method: String
  /// Flags besides the common ones, such as `--smallest-crop 0.1`.
  var flags: [String] = []
  var scale: Scale
  var seed: Int

  /// What every run of a table has in common.
  struct Scale: Hashable {
    var epochs: Int
    /// Training images; all when nil.
    var limit: Int?

    /// As many epochs over all images.
    var ofAllImages: Scale { Scale(epochs: epochs, limit: nil) }

    /// The flag for the images, if there is one.
    var words: [String] { limit.map { ["--limit", "\($0)"] } ?? [] }
  }

  /// The words after `contrastive`, without the folder and what has no effect on the result.
  var words: [String] {
    ["train", "--method", method] + flags + ["--epochs", "\(scale.epochs)"] + scale.words
      + ["--seed", "\(seed)"]
  }

  /// What results are kept under.
  var key: String { words.joined(separator: " ") }
}
