import ArgumentParser
import Contrastive
import ContrastiveTraining

/// A run whose encoder embeds a data folder.
struct EncoderFeatureOptions: ParsableArguments {
  @Option(name: .customLong("run"), help: "Run folder of `contrastive train`.")
  var runFolder: String?

  @Option(
    name: [.long, .customLong("images")],
    help: """
      Data folder, of IDX or .npy files or of pictures (default: Fashion-MNIST as Debian installs \
      it).
      """)
  var data: String?

  @Option(help: "Use only the first training images. (default: all)")
  var limit: Int?

  @Option(
    help: """
      Share set aside for testing where there are no test images. (default: 0.1 where there are \
      labels, 0 where not; the draw is by --seed)
      """)
  var holdout: Float?

  @Option(help: "Height and width that pictures are brought to. (default: the encoder's)")
  var imageSize: Int?

  @OptionGroup(title: "Pictures and memory") var pictures: PictureOptions

  /// The options but for the run and the memory, with what was given.
  var given: [(name: String, value: String?)] {
    [
      ("data", data), ("limit", limit.map { "\($0)" }),
      ("holdout", holdout.map { "\($0)" }),
    ] + pictures.given(imageSize: imageSize)
  }

  /// The features of the data by the run's encoder; nil when no run is given.
  ///
  /// Without test images the training images are measured.
  ///
  /// - Parameters:
  ///   - seed: of the share set aside.
  ///   - workers: who shares the work.
  /// - Returns: features of training and test images, and of a random view of each test image.
  /// - Throws: `ContrastiveError`.
  func features(seed: UInt64, workers: Workers) throws -> EvaluationInputs? {
    guard let runFolder else { return nil }
    if let holdout, !(0..<1 ~= holdout) {
      throw ContrastiveError.parameter(name: "holdout", found: "\(holdout)", expected: "0 ..< 1")
    }
    let input = try EncoderPictures(
      encoder: RunFolder(path: runFolder).encoderPath, size: imageSize, options: pictures)
    var reading = input.reading
    (reading.holdout, reading.seed) = (holdout, seed)
    let path = try DataFolder.path(data)
    try pictures.requirePictures(in: path, imageSize: imageSize)
    let images = try DataFolder.images(path, reading, workers: workers)
    let train = try images.train.first(limit)
    let test = images.test ?? train
    let trained = try input.encoder(for: test.shape)
    func embeddings(
      _ set: any ImageSource
    ) throws -> RepresentationEvaluation.Embeddings {
      try RepresentationEvaluation.Embeddings(
        trained.features(of: set, workers: workers), labels: set.labels)
    }
    return EvaluationInputs(
      test: try embeddings(test), train: images.test == nil ? nil : try embeddings(train),
      views: try trained.viewFeatures(of: test, workers: workers))
  }
}
