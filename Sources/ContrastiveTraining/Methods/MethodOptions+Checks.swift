import Contrastive

extension MethodOptions {
  /// Refuses a temperature that the objectives would refuse.
  func requireTemperature(
    _ temperature: Double, _ name: String = "temperature"
  ) throws(ContrastiveError) {
    try require(1e-6...1e6 ~= temperature, name, temperature, "1e-6 … 1e6")
  }

  /// Refuses a number outside 0 ..< 1.
  func requireShare(_ share: Double, _ name: String) throws(ContrastiveError) {
    try require(0..<1 ~= share, name, share, "0 ..< 1")
  }

  /// Refuses a dimension that no layer can have.
  func requireDimension(_ dimension: Int, _ name: String) throws(ContrastiveError) {
    try require(1...65_536 ~= dimension, name, dimension, "1 … 65536")
  }

  /// Refuses a queue that holds less than a batch.
  func requireQueue(
    _ capacity: Int?, _ name: String, _ options: TrainingOptions
  ) throws(ContrastiveError) {
    guard let capacity else { return }
    try require(
      capacity >= options.batchSize, name, capacity,
      "at least the batch size, \(options.batchSize)")
  }
}

extension TrainingOptions {
  /// So many keys, but at most half the images, so that an image seldom meets its own key of an
  /// earlier epoch, and at least a batch.
  func queueCapacity(_ most: Int, images: Int) -> Int {
    max(min(batchSize, images), min(most, images / 2))
  }
}
