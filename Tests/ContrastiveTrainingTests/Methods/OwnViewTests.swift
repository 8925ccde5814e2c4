import ContrastiveCore
import Testing
import _TestSupport
import _Reference

import Contrastive
import ContrastiveTraining

/// Steps of the methods in which views of one image are more than a pair, against their
/// definitions.
@Suite struct OwnViewTests {
  private func example(_ method: MethodName, views: Int) throws -> StepCase {
    try StepCase(
      method, sizes: [(height: Int, width: Int)](repeating: (5, 4), count: views))
  }

  /// The first step, or the one after it, when queues hold the batch's own keys.
  private func method<Options: MethodOptions>(
    _ options: Options, _ example: StepCase, after steps: Int = 0
  ) throws -> any TrainingMethod {
    var (method, online) = (try options.makeMethod(example.start), example.online)
    for _ in 0..<steps { _ = try method.step(example.batch, online: &online, workers: .one) }
    return method
  }

  @Test(arguments: [nil, 0.95, 1] as [Double?]) func rankedViews(_ threshold: Double?) throws {
    let example = try example(.rankedViews, views: 5)
    var options = RankedViews.Options()
    (options.viewCount, options.positives, options.encoderMomentum) = (5, 2, 1)
    options.ownThreshold = threshold
    let theta = example.online.network.parameters.values.map(Double.init)
    let keys = (0..<5).map { StepCase.unit(example.projections(theta, of: [$0])) }
    let error = try example.check(try method(options, example)) { theta, _ in
      let anchors = StepCase.unit(example.projections(theta, of: [0]))
      var loss = 0.0
      for (image, anchor) in anchors.enumerated() {
        func likeness(_ view: Int) -> Double { dot(keys[view][image], keys[0][image]) }
        func logit(_ view: Int, _ other: Int) -> Double { dot(anchor, keys[view][other]) / 0.2 }
        let ranked = (1..<5).sorted { likeness($0) > likeness($1) }
        let far = ranked.dropFirst().filter { likeness($0) < threshold ?? -2 }
        let negatives = Set(far + [ranked[3]])
        let positives = ranked[..<2].filter { !negatives.contains($0) }
        let others = (0..<6).filter { $0 != image }.flatMap { other in
          (1..<5).map { logit($0, other) }
        }
        let pulls = positives.map { logit($0, image) }
        loss +=
          logSumExp(pulls + negatives.map { logit($0, image) } + others)
          - pulls.reduce(0, +) / Double(pulls.count)
      }
      return loss / 6
    }
    // Worst seen: 2.5e-6.
    #expect(error < 2e-5)
  }

  @Test(arguments: FNC.Mode.allCases, [0, 1])
  func falseNegativeCancellation(_ mode: FNC.Mode, _ searchEpoch: Int) throws {
    let example = try example(.fnc, views: 4)
    var options = FNCMethod.Options()
    (options.topK, options.similarityThreshold) = (3, 0.2)
    (options.cancellation, options.searchEpoch) = (mode, searchEpoch)
    let error = try example.check(try method(options, example)) { theta, _ in
      referenceFNC(
        embeddings: StepCase.unit(example.projections(theta, of: [0, 1, 2, 3])), views: 4,
        support: nil, bank: nil, temperature: 0.2, topK: 3, threshold: 0.2, takesMean: false,
        mode: searchEpoch == 0 ? mode.rawValue : "none"
      ).result.loss
    }
    // Worst seen: 2.9e-6.
    #expect(error < 2e-5)
  }

  /// Own keys of an earlier step are no negatives, so that the second step is like the first.
  @Test(arguments: [0, 1]) func leaveOneOut(_ steps: Int) throws {
    let example = try example(.looc, views: 4)
    var options = LooCMethod.Options()
    (options.encoderMomentum, options.bankCapacity) = (1, 6)
    func spaces(_ row: [Double]) -> Rows {
      StepCase.unit((0..<3).map { Array(row[($0 * 3)..<($0 * 3 + 3)]) })
    }
    let theta = example.online.network.parameters.values.map(Double.init)
    // By view, image and space.
    let keys = (1..<4).map { example.projections(theta, of: [$0]).map(spaces) }
    let error = try example.check(try method(options, example, after: steps)) { theta, _ in
      let queries = example.projections(theta, of: [0]).map(spaces)
      return queries.indices.reduce(0) { loss, image in
        let others = queries.indices.filter { $0 != image }
        return loss
          + referenceLooC(
            queries: queries[image], keys: (0..<3).flatMap { keys[$0][image] },
            bank: (0..<3).flatMap { space in others.map { keys[space][$0][space] } }, spaces: 3,
            temperature: 0.2
          ).loss / 6
      }
    }
    // Worst seen: 1.2e-6.
    #expect(error < 2e-5)
  }

  /// A key view does to an image what the query's does, in its own augmentation alone.
  @Test func viewsShareOneAugmentation() throws {
    let example = try example(.looc, views: 1)
    let views = try LooCMethod.Options().makeMethod(example.start).views
    #expect(views.count == 4)
    func names(_ places: Set<Int>) -> Set<String> {
      Set(places.map { "\(type(of: views[0].augmentations[$0]))" })
    }
    #expect(names(views[0].shared) == ["BrightnessContrast", "Rotation"])
    #expect(views[1].shared.isEmpty)
    #expect(names(views[2].shared) == ["BrightnessContrast"])
    #expect(names(views[3].shared) == ["Rotation"])
    // Three channels have more of color.
    let run = try SmallRun.make(.looc)
    #expect(run.encoder.projectionDimension == 15)
  }
}

/// Their forms that are not the default.
extension MethodRunTests {
  private func options<Options: MethodOptions>(
    _ method: MethodName, _ options: Options, _ change: (inout Options) -> Void
  ) -> TrainingOptions {
    var (own, common) = (options, SmallRun.options(method))
    change(&own)
    common.method = own
    return common
  }

  @Test func rankedViewsOfAPair() throws {
    try check(
      options(.rankedViews, RankedViews.Options()) { ($0.viewCount, $0.positives) = (2, 1) })
  }

  @Test func rankedViewsWithAThreshold() throws {
    try check(
      options(.rankedViews, RankedViews.Options()) {
        (
          $0.viewCount, $0.positives, $0.negativesFrom, $0.ownThreshold
        ) = (5, 3, 5, 0.9)
      })
  }

  @Test func fncEliminatesByTheMean() throws {
    try check(
      options(.fnc, FNCMethod.Options()) {
        ($0.cancellation, $0.aggregate, $0.similarityThreshold) = (.exclude, .mean, nil)
        ($0.searchEpoch, $0.supportViews) = (0, 1)
      })
  }

  @Test(arguments: [[], [.rotation], [.rotation, .color]] as [[LooCMethod.Kept]])
  func loocKeeps(_ kept: [LooCMethod.Kept]) throws {
    try check(options(.looc, LooCMethod.Options()) { $0.kept = kept })
  }

  @Test func refusalsOfOwnViews() throws {
    func expectRefusal(_ error: ContrastiveError, _ options: TrainingOptions) {
      #expect(throws: error) { try options.validate() }
    }
    expectRefusal(
      .parameter(name: "view_count", found: "1", expected: "2 … 64"),
      options(.rankedViews, RankedViews.Options()) { $0.viewCount = 1 })
    expectRefusal(
      .parameter(name: "positives", found: "6", expected: "1 ..< view_count, 6"),
      options(.rankedViews, RankedViews.Options()) { $0.positives = 6 })
    expectRefusal(
      .parameter(
        name: "negatives_from", found: "2",
        expected: "3 … 6: after the positives, at most view_count"),
      options(.rankedViews, RankedViews.Options()) { $0.negativesFrom = 2 })
    expectRefusal(
      .parameter(name: "own_threshold", found: "1.5", expected: "-1 … 1"),
      options(.rankedViews, RankedViews.Options()) { $0.ownThreshold = 1.5 })
    expectRefusal(
      .parameter(name: "top_k", found: "0", expected: "1 … 1000000"),
      options(.fnc, FNCMethod.Options()) { $0.topK = 0 })
    expectRefusal(
      .parameter(name: "similarity_threshold", found: "2.0", expected: "-1 … 1"),
      options(.fnc, FNCMethod.Options()) { $0.similarityThreshold = 2 })
    expectRefusal(
      .parameter(name: "support_views", found: "-1", expected: "0 … 62"),
      options(.fnc, FNCMethod.Options()) { $0.supportViews = -1 })
    expectRefusal(
      .parameter(name: "kept", found: "[\"color\", \"color\"]", expected: "each augmentation once"),
      options(.looc, LooCMethod.Options()) { $0.kept = [.color, .color] })
    expectRefusal(
      .parameter(name: "bank_capacity", found: "4", expected: "at least the batch size, 8"),
      options(.looc, LooCMethod.Options()) { $0.bankCapacity = 4 })
  }
}
