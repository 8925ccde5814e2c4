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

  /// Refuses an encoder momentum outside 0 … 1.
  func requireMomentum(_ momentum: Float) throws(ContrastiveError) {
    try require(0...1 ~= momentum, "encoder_momentum", momentum, "0 … 1")
  }

  /// Refuses a queue of keys that holds less than a batch, and a momentum outside 0 … 1.
  func requireKeys(
    _ capacity: Int?, momentum: Float, _ options: TrainingOptions
  ) throws(ContrastiveError) {
    if let capacity {
      try require(
        capacity >= options.batchSize, "bank_capacity", capacity,
        "at least the batch size, \(options.batchSize)")
    }
    try requireMomentum(momentum)
  }

  /// Refuses options that PCL and HCSC share: when and how long k-means runs.
  func requireClustering(warmup: Int, iterations: Int) throws(ContrastiveError) {
    try require(warmup >= 0, "warmup_cluster_epochs", warmup, "0 or more")
    try require(0...10_000 ~= iterations, "kmeans_iterations", iterations, "0 … 10000")
  }
}

extension TrainingOptions {
  /// So many keys, but at most half the images, so that an image seldom meets its own key of an
  /// earlier epoch, and at least a batch.
  func queueCapacity(_ most: Int, images: Int) -> Int {
    max(min(batchSize, images), min(most, images / 2))
  }
}
