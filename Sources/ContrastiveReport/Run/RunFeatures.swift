import Contrastive
import ContrastiveTraining

/// A run's encoder at work on a data set: what galleries, maps and measures are made from.
public struct RunFeatures: Sendable {
  let train: ImageSet
  let test: ImageSet
  /// Unit features of the training images.
  let trainRows: Matrix
  /// Unit features of the test images.
  let testRows: Matrix
  /// Measures of the features.
  let measures: RepresentationMeasures
  /// Labels in their order.
  let classes: [Int]
  private let classNames: [String]

  /// Embeds the images and measures the features.
  ///
  /// - Parameters:
  ///   - run: the run; its folder must hold the encoder.
  ///   - data: images with labels.
  ///   - classNames: names of the labels 0, 1, …; labels beyond them are shown as numbers.
  ///   - measures: what to measure.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError` when the encoder cannot be read or does not fit the images.
  public init(
    _ run: RunRecord, data: ImageFolder, classNames: [String] = [],
    measures: Set<RepresentationEvaluation.Measure> = Set(
      RepresentationEvaluation.Measure.allCases),
    workers: Workers = .all
  ) throws(ContrastiveError) {
    let limit = run.configuration["limit"]?.number.flatMap(Int.init(exactly:))
    train = try data.train.prefix(max(1, limit ?? data.train.count))
    test = data.test
    let encoder = try EncoderFile(path: RunFolder(path: run.path).encoderPath)
    guard encoder.encoder.inputShape == test.pixels.shape else {
      throw .shape(
        argument: "images", found: "\(test.pixels.shape)",
        expected: "\(encoder.encoder.inputShape), as the encoder was trained on")
    }
    let trainFeatures = try encoder.features(of: train.pixels, workers: workers)
    let testFeatures = try encoder.features(of: test.pixels, workers: workers)
    trainRows = try trainFeatures.normalized(argument: "training features").rows
    testRows = try testFeatures.normalized(argument: "test features").rows
    var evaluation = try RepresentationEvaluation()
    evaluation.measures = measures
    self.measures = try evaluation.run(
      test: RepresentationEvaluation.Embeddings(
        testFeatures, labels: test.labels?.map { Int($0) }),
      train: RepresentationEvaluation.Embeddings(
        trainFeatures, labels: train.labels?.map { Int($0) }),
      views: encoder.viewFeatures(of: test.pixels, workers: workers), workers: workers)
    classes = Set(((test.labels ?? []) + (train.labels ?? [])).map { Int($0) })
      .subtracting([unlabeled]).sorted()
    self.classNames = classNames
  }

  /// What a label is called.
  func name(_ label: Int) -> String {
    classNames.indices.contains(label) ? classNames[label] : "\(label)"
  }

  /// What an image's label is called; nothing without labels.
  func name(of image: Int, in set: ImageSet) -> String {
    set.labels.map { name(Int($0[image])) } ?? "image \(image)"
  }
}
