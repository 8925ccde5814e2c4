import Contrastive
import Foundation
import Testing

import ContrastiveTraining

/// Runs on arrays in memory, with few labels or none.
@Suite struct UnlabeledRunTests {
  private func options() -> TrainingOptions { SmallRun.options(.simclr) }

  @Test func trainsOnPixelsAlone() throws {
    let pixels = try SmallRun.data().train.pixels
    var run = try TrainingRun(options: options(), train: pixels, workers: .one)
    var metrics: [EpochMetrics] = []
    let result = try run.train { event throws(ContrastiveError) in
      if case .baselines(let random, let raw) = event { #expect(random == nil && raw == nil) }
      if case .epoch(let epoch) = event { metrics.append(epoch) }
    }
    #expect(result.knnAccuracy == nil && result.rawPixelKNNAccuracy == nil)
    #expect(metrics.count == 2 && metrics.allSatisfy { $0.knnAccuracy == nil })
    for measures in metrics.compactMap(\.measures) {
      #expect(
        measures.keys.sorted()
          == ["embedding_spread", "feature_effective_rank", "feature_uniformity"])
      #expect(1...6 ~= measures["feature_effective_rank"] ?? 0)
      #expect((measures["feature_uniformity"] ?? 1) <= 0)
    }
    let text = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
    #expect(text.contains(#""knn_accuracy":null"#), "\(text)")
    let line = String(decoding: try JSONEncoder().encode(metrics[0]), as: UTF8.self)
    #expect(line.contains(#""knn_accuracy":null"#), "\(line)")
    #expect(try JSONDecoder().decode(EpochMetrics.self, from: Data(line.utf8)) == metrics[0])
  }

  /// Labels change no bit of the encoder.
  @Test func labelsServeEvaluationAlone() throws {
    let data = try SmallRun.data()
    var (with, without) = (
      try TrainingRun(options: options(), data: data, workers: .one),
      try TrainingRun(options: options(), train: data.train.pixels, workers: .one)
    )
    _ = try (with.train(), without.train())
    #expect(with.encoder.network.parameters == without.encoder.network.parameters)
  }

  /// Images labeled −1 neither vote nor count.
  @Test func unlabeledImagesAreLeftOut() throws {
    let data = try SmallRun.data()
    let (train, test) = (data.train, data.test)
    var options = options()
    (options.epochs, options.neighbors) = (0, 3)
    func accuracies(_ train: ImageSet, _ test: ImageSet) throws -> TrainingResult {
      var run = try TrainingRun(options: options, train: train, test: test, workers: .one)
      return try run.train()
    }
    func masked(_ set: ImageSet, _ count: Int) throws -> ImageSet {
      try ImageSet(
        set.pixels, labels: set.labels.map { $0.enumerated().map { $0 < count ? $1 : -1 } })
    }
    func first(_ set: ImageSet, _ count: Int) throws -> ImageSet {
      try ImageSet(
        set.pixels(at: Array(0..<count)), labels: set.labels.map { Array($0.prefix(count)) })
    }
    let some = try accuracies(masked(train, 30), masked(test, 7))
    // The random encoder's scaling comes from all images, the pixels' accuracy from the labeled.
    #expect(
      try some.rawPixelKNNAccuracy
        == accuracies(first(train, 30), first(test, 7)).rawPixelKNNAccuracy)
    #expect(some.knnAccuracy != nil)
    #expect(try accuracies(masked(train, 0), test).knnAccuracy == nil)
    #expect(try accuracies(train, masked(test, 0)).knnAccuracy == nil)
  }

  @Test func whatDoesNotFit() throws {
    let data = try SmallRun.data()
    struct Mislabeled: ImageSource {
      let base: ImageSet
      var count: Int { base.count }
      var shape: ImageShape { base.shape }
      var labels: [Int]? { [1] }
      func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
        try base.pixels(at: indices)
      }
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "training images labels", found: "[1]", expected: "[40], one per image")
    ) { try TrainingRun(options: options(), train: Mislabeled(base: data.train)) }
    let small = try Pixels([UInt8](repeating: 0, count: 12), shape: .init(dimension: 3))
    #expect(
      throws: ContrastiveError.shape(
        argument: "test images", found: "1 × 1 × 3",
        expected: "8 × 7 × 3, as of the training images")
    ) { try TrainingRun(options: options(), train: data.train, test: small) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "training images", found: "[1]", expected: "[2 or more]")
    ) { try TrainingRun(options: options(), train: data.train.first(1)) }
  }

  @Test func pixelsFromNumbers() throws {
    let shape = try ImageShape(height: 1, width: 2, channels: 1)
    let pixels = try Pixels(
      Matrix(rows: 2, columns: 2, values: [0, 1, 0.5, 0.2]), shape: shape)
    #expect(try pixels == Pixels([0, 255, 128, 51], shape: shape))
    #expect(
      throws: ContrastiveError.parameter(
        name: "images", found: "255.0 in row 0, column 1",
        expected: "0 … 1; divide bytes by 255")
    ) { try Pixels(Matrix(rows: 1, columns: 2, values: [0, 255]), shape: shape) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "images", found: "[1 × 1]",
        expected: "[any × 2], the numbers of an image of 1 × 2 × 1")
    ) { try Pixels(Matrix(rows: 1, columns: 1, values: [0]), shape: shape) }
  }
}
