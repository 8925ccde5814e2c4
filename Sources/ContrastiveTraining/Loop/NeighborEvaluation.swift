import Contrastive

/// What a run measures of its encoder's features after every epoch: weighted kNN accuracy, where
/// labeled training images vote on labeled test images, and without labels how the features spread.
struct NeighborEvaluation: Sendable {
  /// Images that are measured where nothing can be classified.
  private static let described = 2_048

  let train: any ImageSource
  let test: (any ImageSource)?
  let scaling: PixelScaling
  let classifier: WeightedKNN
  let workers: Workers

  /// Accuracy of the backbone's features; nil without labeled images on either side.
  func accuracy(of encoder: ImageEncoder) throws(ContrastiveError) -> Double? {
    try accuracy { images throws(ContrastiveError) in
      try encoder.features(of: images, scaling: scaling, workers: workers)
    }
  }

  /// Accuracy of the pixels themselves; nil without labeled images on either side.
  ///
  /// An image without a bright pixel has no direction; it is given that of an even gray.
  func accuracyOfPixels() throws(ContrastiveError) -> Double? {
    try accuracy { images throws(ContrastiveError) in try rows(of: images) }
  }

  /// Uniformity and effective rank of the features of the first images.
  func description(of encoder: ImageEncoder) throws(ContrastiveError) -> [String: Double] {
    let images = test ?? train
    let features = try encoder.features(
      of: FirstImages(base: images, count: min(images.count, Self.described)), scaling: scaling,
      workers: workers
    ).withoutZeroRows()
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
    guard let bank = Labeled(train), let test, let queries = Labeled(test) else { return nil }
    return try classifier.accuracy(
      queries: queries.rows(of: embed(test)), queryLabels: queries.labels,
      bank: bank.rows(of: embed(train)), bankLabels: bank.labels, workers: workers)
  }

  private func rows(of images: any ImageSource) throws(ContrastiveError) -> Matrix {
    let size = images.shape.count
    var values: [Float] = []
    values.reserveCapacity(images.count * size)
    try images.forEachBatch(workers: workers) { batch throws(ContrastiveError) in
      for image in 0..<batch.count {
        let pixels = batch.bytes[(image * size)..<((image + 1) * size)]
        let isBlank = pixels.allSatisfy { $0 == 0 }
        values += pixels.lazy.map { isBlank ? 1 : Float($0) }
      }
    }
    return try Matrix(rows: images.count, columns: size, values: values)
  }
}

/// The images of a source that have labels.
private struct Labeled {
  let labels: [Int]
  /// Their places; nil when all have one.
  private let places: [Int]?

  /// nil when no image has a label.
  init?(_ images: any ImageSource) {
    guard let all = images.labels else { return nil }
    let places = all.indices.filter { all[$0] != -1 }
    guard !places.isEmpty else { return nil }
    self.places = places.count == all.count ? nil : places
    labels = places.map { Int(all[$0]) }
  }

  func rows(of matrix: Matrix) -> Matrix { places.map { matrix.rows(at: $0) } ?? matrix }
}
