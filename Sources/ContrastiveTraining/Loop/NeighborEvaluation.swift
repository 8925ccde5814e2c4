import Contrastive

/// What a run measures of its encoder's features after every epoch: weighted kNN accuracy, where
/// labeled training images vote on labeled test images, and without labels how the features spread.
struct NeighborEvaluation: Sendable {
  /// Images whose features' spread is measured.
  private static let described = 2_048
  /// Images that are measured in the end.
  private static let measured = 10_000
  /// The spread below which embeddings are collapsed: the mean cosine of two is above 0.999.
  static let collapsedSpread = 0.001.squareRoot()

  let train: any ImageSource
  let test: (any ImageSource)?
  let scaling: PixelScaling
  let classifier: WeightedKNN
  let workers: Workers

  /// Accuracy of the backbone's features; nil without labeled images on either side.
  func accuracy(of encoder: ImageEncoder) throws(ContrastiveError) -> Double? {
    try accuracy { images throws(ContrastiveError) in
      try encoder.features(of: images, scaling: scaling, workers: workers).withoutZeroRows()
    }
  }

  /// What is found of an encoder's features.
  struct Findings {
    /// kNN accuracy; nil without labeled images on either side.
    fileprivate(set) var accuracy: Double?
    /// Other numbers, by name.
    fileprivate(set) var measures: [String: Double] = [:]
    /// What is wrong with the features.
    fileprivate(set) var warnings: [String] = []
  }

  /// Measures the backbone's features; those of zeros count as equal numbers, and are counted.
  func findings(of encoder: ImageEncoder) throws(ContrastiveError) -> Findings {
    var found = Findings()
    var blank: [(count: Int, images: Int)] = []
    func embed(_ images: any ImageSource) throws(ContrastiveError) -> Matrix {
      let features = try encoder.features(of: images, scaling: scaling, workers: workers)
      blank.append((features.zeroRows.count, images.count))
      let spread = try features.rows(0..<min(features.rows, Self.described))
        .directions(argument: "features").rows.unitSpread()
      if features.rows > 1, spread < Self.collapsedSpread {
        found.warnings = [Self.collapse("features", spread: spread)]
      }
      return features.withoutZeroRows()
    }
    found.accuracy = try accuracy(embed)
    if found.accuracy == nil {
      let images = test ?? train
      found.measures = try description(
        of: embed(ChosenImages(images, firstOf: Self.described)))
    }
    let zeros = blank.reduce(0) { $0 + $1.count }
    if zeros > 0 {
      found.measures["zero_feature_images"] = Double(zeros)
      found.warnings.append(
        "\(zeros) of \(blank.reduce(0) { $0 + $1.images }) images have features that are all zero; "
          + "they count as features of equal numbers")
    }
    return found
  }

  /// The warning of a spread that is too small.
  static func collapse(_ name: String, spread: Double) -> String {
    "collapse: the \(name) of different images are almost the same, spread "
      + "\((spread * 1e4).rounded() / 1e4) of 1"
  }

  /// Accuracy of the pixels themselves; nil without labeled images on either side.
  ///
  /// An image without a bright pixel has no direction; it is given that of an even gray. Of images
  /// with more than 3,072 numbers a reduction counts; see `PixelReduction`.
  func accuracyOfPixels() throws(ContrastiveError) -> Double? {
    try accuracy { images throws(ContrastiveError) in try rows(of: images) }
  }

  /// Uniformity and effective rank of features.
  private func description(of features: Matrix) throws(ContrastiveError) -> [String: Double] {
    var evaluation = try RepresentationEvaluation()
    evaluation.measures = [.uniformity, .rank]
    let found = try evaluation.run(
      test: RepresentationEvaluation.Embeddings(features, labels: nil), workers: workers)
    return [
      "feature_uniformity": found[.uniformity], "feature_effective_rank": found[.effectiveRank],
    ].compactMapValues(\.self)
  }

  private func accuracy(
    _ embed: (any ImageSource) throws(ContrastiveError) -> Matrix
  ) throws(ContrastiveError) -> Double? {
    func labels(of images: (any ImageSource)?) -> [Int]? {
      images?.labels.flatMap { labels in labels.contains { $0 != -1 } ? labels : nil }
    }
    guard let test, let known = labels(of: test), let votes = labels(of: train) else { return nil }
    return try classifier.accuracy(
      queries: embed(test), queryLabels: known, bank: embed(train), bankLabels: votes,
      workers: workers)
  }

  private func rows(of images: any ImageSource) throws(ContrastiveError) -> Matrix {
    let size = images.shape.count
    let reduction = PixelReduction(images.shape, count: train.count)
    let columns = reduction?.count ?? size
    var values: [Float] = []
    values.reserveCapacity(images.count * columns)
    try images.forEachBatch(workers: workers) { batch throws(ContrastiveError) in
      for image in 0..<batch.count {
        let pixels = batch.bytes[(image * size)..<((image + 1) * size)]
        let isBlank = pixels.allSatisfy { $0 == 0 }
        if let reduction, !isBlank {
          values += reduction.means(of: pixels)
        } else {
          values += pixels.lazy.prefix(columns).map { isBlank ? 1 : Float($0) }
        }
      }
    }
    return try Matrix(rows: images.count, columns: columns, values: values)
  }

  /// What is measured of an encoder in the end, with labels or without: on the first images set
  /// aside for testing, or else of those trained on.
  func outcome(of encoder: EncoderFile) throws(ContrastiveError) -> RunProgress.Outcome {
    let images = test ?? train
    let chosen = ChosenImages(images, firstOf: Self.measured)
    var evaluation = try RepresentationEvaluation()
    evaluation.measures = chosen.count > 1 ? [.alignment, .uniformity, .rank] : [.alignment]
    let found = try evaluation.run(
      test: RepresentationEvaluation.Embeddings(
        encoder.features(of: chosen, workers: workers), labels: nil),
      views: encoder.viewFeatures(of: chosen, workers: workers), workers: workers)
    return RunProgress.Outcome(
      alignment: found[.alignment], uniformity: found[.uniformity], rankMe: found[.rankMe],
      embeddingSpread: found[.spread])
  }
}
