import Contrastive
import ContrastiveTraining

/// A run's encoder at work on a data set: what galleries, maps and measures are made from.
public struct RunFeatures: Sendable {
  let train: any ImageSource
  /// The test images, or the first training images where there are none.
  let test: any ImageSource
  /// Whether test images are training images.
  let isTestedOnTraining: Bool
  /// Labels of the training images, of which not all are −1, or nil.
  let trainLabels: [Int]?
  /// Labels of the test images, of which not all are −1, or nil.
  let testLabels: [Int]?
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
  ///   - data: images, with labels or without.
  ///   - classNames: names of the labels 0, 1, …, those of the data when empty; labels beyond them
  ///     are shown as numbers.
  ///   - measures: what to measure.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError` when the encoder cannot be read or does not fit the images.
  package init(
    _ run: RunRecord, data: ImageFolder, classNames: [String] = [],
    measures: Set<RepresentationEvaluation.Measure> = Set(
      RepresentationEvaluation.Measure.allCases),
    workers: Workers = .all
  ) throws(ContrastiveError) {
    let limit = run.configuration["limit"]?.number.flatMap(Int.init(exactly:))
    train = try data.train.first(limit.map { max(1, $0) })
    isTestedOnTraining = data.test == nil
    let test: any ImageSource
    if let own = data.test {
      test = own
    } else {
      test = try train.first(Self.measuredTrainingImages)
    }
    self.test = test
    let encoder = try EncoderFile(path: RunFolder(path: run.path).encoderPath)
    guard encoder.encoder.inputShape == test.shape else {
      throw .shape(
        argument: "images", found: "\(test.shape)",
        expected: "\(encoder.encoder.inputShape), as the encoder was trained on")
    }
    let trainFeatures = try encoder.features(of: train, workers: workers)
    let testFeatures: Matrix
    if isTestedOnTraining {
      testFeatures = trainFeatures.rows(0..<test.count)
    } else {
      testFeatures = try encoder.features(of: test, workers: workers)
    }
    trainRows = try trainFeatures.normalized(argument: "training features").rows
    testRows = try testFeatures.normalized(argument: "test features").rows
    var evaluation = try RepresentationEvaluation()
    evaluation.measures = measures
    let bank = try RepresentationEvaluation.Embeddings(trainFeatures, labels: train.labels)
    let tested = try RepresentationEvaluation.Embeddings(testFeatures, labels: test.labels)
    trainLabels = bank.labels
    testLabels = tested.labels
    self.measures = try evaluation.run(
      test: tested, train: isTestedOnTraining ? nil : bank,
      views: encoder.viewFeatures(of: test, workers: workers), workers: workers)
    classes = Set((testLabels ?? []) + (trainLabels ?? []))
      .subtracting([unlabeled]).sorted()
    self.classNames = classNames.isEmpty ? data.classNames : classNames
  }

  /// What a label is called.
  func name(_ label: Int) -> String {
    classNames.indices.contains(label) ? classNames[label] : "\(label)"
  }

  /// What an image's label is called; without one its file, or its number.
  func name(of image: Int, in set: any ImageSource) -> String {
    if let label = set.labels?[image], label != unlabeled { return name(label) }
    return set.name(of: image) ?? "image \(image)"
  }

  /// Whether a training image is of a label's class; nil where either has none.
  func isRight(_ image: Int, for label: Int?) -> Bool? {
    guard let label, label != unlabeled, let own = trainLabels?[image], own != unlabeled else {
      return nil
    }
    return own == label
  }

  /// What test images are called.
  var testName: String { isTestedOnTraining ? "training" : "test" }

  /// Training images that are measured where there are no test images.
  private static let measuredTrainingImages = 10_000
}
