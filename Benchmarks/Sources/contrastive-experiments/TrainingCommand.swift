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
  }

  /// The words after `contrastive`, without the folder and what has no effect on the result.
  var words: [String] {
    let limit = scale.limit.map { ["--limit", "\($0)"] } ?? []
    return ["train", "--method", method] + flags + ["--epochs", "\(scale.epochs)"] + limit
      + ["--seed", "\(seed)"]
  }

  /// What results are kept under.
  var key: String { words.joined(separator: " ") }
}
