import ArgumentParser
import Contrastive

/// `contrastive evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate embeddings: the weighted kNN accuracy of two files.",
    discussion: """
      The k training rows of largest cosine similarity s vote for their label with weight \
      exp(s / temperature) (Wu et al. 2018). Embeddings are .npy f4 or f8 [n, dimension], labels \
      .npy i8, i4 or u1 [n]. Prints one JSON object.
      """)

  @Option(help: "Training embeddings.")
  var train: String

  @Option(help: "Labels of the training embeddings.")
  var trainLabels: String

  @Option(help: "Test embeddings.")
  var test: String

  @Option(help: "Labels of the test embeddings.")
  var testLabels: String

  @Option(name: .shortAndLong, help: "Neighbours that vote; all when there are fewer.")
  var k: Int = 200

  @Option(help: "Temperature of the vote.")
  var temperature: Double = 0.07

  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    let classifier = try WeightedKNN(k: k, temperature: temperature)
    let bank = try EmbeddingFiles.matrix(path: train)
    let queries = try EmbeddingFiles.matrix(path: test)
    let accuracy = try classifier.accuracy(
      queries: queries, queryLabels: EmbeddingFiles.labels(path: testLabels),
      bank: bank, bankLabels: EmbeddingFiles.labels(path: trainLabels), workers: parallel.workers)
    try Standard.json(
      Report(
        knnAccuracy: accuracy, k: min(k, bank.rows), temperature: temperature,
        trainRows: bank.rows, testRows: queries.rows))
  }

  private struct Report: Encodable {
    let knnAccuracy: Double
    let k: Int
    let temperature: Double
    let trainRows: Int
    let testRows: Int

    enum CodingKeys: String, CodingKey {
      case k, temperature
      case knnAccuracy = "knn_accuracy"
      case trainRows = "train_rows"
      case testRows = "test_rows"
    }
  }
}
