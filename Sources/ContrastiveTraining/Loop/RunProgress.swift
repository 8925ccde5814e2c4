/// The progress of a run and its results so far; part of a checkpoint.
package struct RunProgress: Codable, Equatable, Sendable {
  /// kNN accuracies without training.
  package struct Baselines: Codable, Equatable, Sendable {
    package var randomEncoder: Double?
    package var rawPixels: Double?
  }

  /// What is measured of the trained encoder, with labels or without.
  package struct Outcome: Codable, Equatable, Sendable {
    package var alignment: Double?
    package var uniformity: Double?
    package var rankMe: Double?
    package var embeddingSpread: Double?
  }

  /// Known once the last epoch is done.
  package var outcome: Outcome?
  /// Known once they are measured.
  package var baselines: Baselines?
  /// Epochs that are done and evaluated.
  package var epoch = 0
  /// Steps done in the epoch after them.
  package var step = 0
  /// Sum of the losses of those steps.
  package var loss = 0.0
  /// Sums of the method's measures in those steps.
  package var measures: [String: Double] = [:]
  /// Seconds those steps took.
  package var epochSeconds = 0.0
  /// Seconds of the whole run.
  package var seconds = 0.0
  /// One entry for each epoch done.
  package var metrics: [EpochMetrics] = []

  /// Ends an epoch.
  mutating func finishEpoch(_ epoch: EpochMetrics) {
    metrics.append(epoch)
    self.epoch += 1
    (step, loss, epochSeconds, measures) = (0, 0, 0, [:])
  }
}
