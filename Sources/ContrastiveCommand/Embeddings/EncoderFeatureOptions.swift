import ArgumentParser
import Contrastive
import ContrastiveTraining

/// A run whose encoder embeds a data folder.
struct EncoderFeatureOptions: ParsableArguments {
  @Option(name: .customLong("run"), help: "Run folder of `contrastive train`.")
  var runFolder: String?

  @Option(help: "Data folder (default: Fashion-MNIST as Debian installs it).")
  var data: String?

  @Option(help: "Use only the first training images. (default: all)")
  var limit: Int?

  /// The features of the data by the run's encoder; nil when no run is given.
  ///
  /// - Parameter workers: who shares the work.
  /// - Returns: features of training and test images, and of a random view of each test image.
  /// - Throws: `ContrastiveError`.
  func features(workers: Workers) throws -> EvaluationInputs? {
    guard let runFolder else { return nil }
    let images = try ImageFolder(path: DataFolder.path(data))
    let train = try images.train.prefix(limit ?? images.train.count)
    let shape = images.test.pixels.shape
    let trained = try EncoderFile(path: RunFolder(path: runFolder).encoderPath, for: shape)
    func embeddings(_ set: ImageSet) throws -> RepresentationEvaluation.Embeddings {
      try RepresentationEvaluation.Embeddings(
        trained.features(of: set.pixels, workers: workers),
        labels: set.labels?.map { Int64($0) })
    }
    return EvaluationInputs(
      test: try embeddings(images.test), train: try embeddings(train),
      views: try trained.viewFeatures(of: images.test.pixels, workers: workers))
  }
}
