import Contrastive
import Foundation
import Testing
import _TestSupport

import ContrastiveTraining

/// Runs whose images or encoders leave little to learn from: they end, and say what was wrong.
@Suite struct DegenerateRunTests {
  /// 40 training and 12 test images, of which some are distinct.
  private func data(distinct: Int) throws -> SmallData {
    let shape = try ImageShape(height: 8, width: 7, channels: 3)
    let different = try Pixels(TestData.images(distinct, height: 8, width: 7), shape: shape)
    func repeated(_ count: Int) throws -> ImageSet {
      try ImageSet(
        different.pixels(at: (0..<count).map { $0 % distinct }),
        labels: (0..<count).map { $0 % 3 })
    }
    return SmallData(train: try repeated(40), test: try repeated(12))
  }

  /// 40 training and 12 test images, all black.
  private func blank() throws -> SmallData {
    let shape = try ImageShape(height: 8, width: 7, channels: 3)
    func set(_ count: Int) throws -> ImageSet {
      try ImageSet(
        Pixels([UInt8](repeating: 0, count: count * shape.count), shape: shape),
        labels: (0..<count).map { $0 % 3 })
    }
    return SmallData(train: try set(40), test: try set(12))
  }

  private func train(_ run: inout TrainingRun) throws -> [EpochMetrics] {
    var found: [EpochMetrics] = []
    _ = try run.train { event throws(ContrastiveError) in
      if case .epoch(let metrics) = event { found.append(metrics) }
    }
    return found
  }

  private func clustered(_ method: MethodName) -> TrainingOptions {
    var options = SmallRun.options(method, epochs: 3)
    if method == .pcl {
      var own = PCL.Options()
      own.clusters = [12, 2, 5]
      options.method = own
    } else {
      var own = HCSCMethod.Options()
      own.clusters = [12, 5, 2]
      options.method = own
    }
    return options
  }

  @Test(arguments: [MethodName.pcl, .hcsc])
  func asManyClustersAsDistinctImages(_ method: MethodName) throws {
    let (options, data) = (clustered(method), try data(distinct: 3))
    func make() throws -> TrainingRun {
      try TrainingRun(options: options, data: data, workers: .one)
    }
    var run = try make()
    let metrics = try train(&run)
    let about = metrics.map { ($0.warnings ?? []).filter { $0.contains("clustering") } }
    let places = method == .pcl ? [(1, 12), (3, 5)] : [(1, 12), (2, 5)]
    let wanted = places.map { place, count in
      "clustering \(place) of 3 has 3 clusters instead of \(count): "
        + "no more of the embeddings are distinct"
    }
    #expect(about == [[], wanted, wanted])

    var first = try make()
    while first.stepsDone < 12 { try first.advance { _ in } }
    var saved = StateExchange()
    try first.exchange(&saved)
    var second = try make()
    var loading = StateExchange(loading: saved.tensors, texts: saved.texts, from: "memory")
    try second.exchange(&loading)
    try loading.finish()
    _ = try second.train { _ in }
    #expect(try second.fingerprint() == run.fingerprint())
  }

  /// With every image the same all embeddings are, and some heads make them zeros.
  @Test(arguments: MethodName.allCases)
  func collapseEndsNoRunAndIsSaid(_ method: MethodName) throws {
    var options = SmallRun.options(method, epochs: 3)
    options.learningRate = 0.01
    var run = try TrainingRun(options: options, data: blank(), workers: .one)
    let metrics = try train(&run)
    #expect(metrics.count == 3)
    for epoch in metrics {
      let warnings = epoch.warnings ?? []
      #expect(epoch.loss.isFinite)
      #expect(warnings.contains { $0.hasPrefix("collapse: the features of") }, "\(warnings)")
      #expect(warnings.contains { $0.hasPrefix("collapse: the embeddings of") }, "\(warnings)")
    }
    let line = String(decoding: try JSONEncoder().encode(metrics[0]), as: UTF8.self)
    #expect(line.contains(#""warnings":["#), "\(line)")
    #expect(try JSONDecoder().decode(EpochMetrics.self, from: Data(line.utf8)) == metrics[0])
  }

  @Test func nothingIsSaidOfAnOrdinaryRun() throws {
    var run = try SmallRun.make(.simclr)
    let metrics = try train(&run)
    #expect(metrics.allSatisfy { $0.warnings == nil })
    #expect(metrics.allSatisfy { $0.measures?.keys.sorted() == ["embedding_spread"] })
    let text = String(decoding: try JSONEncoder().encode(metrics[0]), as: UTF8.self)
    #expect(!text.contains("warnings"))
  }

  /// An encoder of one rectified feature has images that it gives nothing.
  @Test(arguments: [true, false]) func featuresOfZerosAreCounted(labeled: Bool) throws {
    let data = try SmallRun.data()
    var counts: [Int] = []
    for seed in 0..<12 {
      var options = SmallRun.options(.simclr, epochs: 1)
      (options.widths, options.seed) = ([4, 1], UInt64(seed))
      var run =
        labeled
        ? try TrainingRun(options: options, data: data, workers: .one)
        : try TrainingRun(options: options, train: data.train.pixels, workers: .one)
      let metrics = try #require(try train(&run).last)
      var expected = 0
      for images in labeled ? [data.train.pixels, data.test.pixels] : [data.train.pixels] {
        let features = try run.encoder.features(
          of: images, scaling: run.scaling, workers: .one)
        expected += (0..<features.rows).count { features[$0, 0] == 0 }
      }
      #expect(metrics.measures?["zero_feature_images"] ?? 0 == Double(expected))
      let said =
        "\(expected) of \(labeled ? 52 : 40) images have features that are all zero; "
        + "they count as features of equal numbers"
      #expect(metrics.warnings?.contains(said) ?? false == (expected > 0))
      counts.append(expected)
    }
    #expect(counts.contains { $0 > 0 }, "\(counts)")
  }

  @Test func imagesWithoutLabelsAreCounted() throws {
    let data = try SmallRun.data()
    func masked(_ set: ImageSet, _ count: Int) throws -> ImageSet {
      try ImageSet(
        set.pixels, labels: set.labels.map { $0.enumerated().map { $0 < count ? -1 : $1 } })
    }
    func result(_ train: ImageSet, _ test: ImageSet) throws -> TrainingResult {
      var options = SmallRun.options(.simclr, epochs: 1)
      options.limit = 32
      var run = try TrainingRun(options: options, train: train, test: test, workers: .one)
      return try run.train()
    }
    let some = try result(masked(data.train, 7), masked(data.test, 2))
    #expect(some.unlabeledImages == 7 && some.unlabeledTestImages == 2)
    #expect(some.knnAccuracy != nil)
    let text = String(decoding: try JSONEncoder().encode(some), as: UTF8.self)
    #expect(text.contains(#""unlabeled_images":7"#), "\(text)")
    #expect(text.contains(#""unlabeled_test_images":2"#), "\(text)")
    let none = try result(masked(data.train, 40), data.test)
    #expect(none.unlabeledImages == 32 && none.unlabeledTestImages == nil)
    #expect(none.knnAccuracy == nil)
    let all = try result(data.train, data.test)
    #expect(all.unlabeledImages == nil && all.unlabeledTestImages == nil)
  }
}
