import ArgumentParser
import Contrastive

/// Embeddings and labels in files.
struct EmbeddingFileOptions: ParsableArguments {
  @Option(help: "Training embeddings.")
  var train: String?

  @Option(help: "Labels of the training embeddings.")
  var trainLabels: String?

  @Option(help: "Test embeddings.")
  var test: String?

  @Option(help: "Labels of the test embeddings.")
  var testLabels: String?

  @Option(help: "Embeddings of another view of each test row.")
  var testViews: String?

  /// The options with what was given.
  var given: [(name: String, value: String?)] {
    [
      ("train", train), ("train-labels", trainLabels), ("test", test),
      ("test-labels", testLabels), ("test-views", testViews),
    ]
  }

  /// What the measures call the files' contents, and the options that name the files.
  static let names = [
    "queries": "test", "embeddings": "test", "first views": "test", "second views": "test-views",
    "bank": "train",
  ]

  /// Reads the files.
  ///
  /// - Parameter memory: most bytes to hold of them; nil for all.
  /// - Returns: what they hold.
  /// - Throws: `ContrastiveError`, or a validation error when there is nothing to evaluate.
  func embeddings(memory: MemorySize?) throws -> EvaluationInputs {
    guard let test else {
      throw ValidationError("nothing to evaluate: give --test FILE, or --run FOLDER")
    }
    func embeddings(
      _ path: String, _ labels: [Int]?, _ name: String
    ) throws -> RepresentationEvaluation.Embeddings {
      try RepresentationEvaluation.Embeddings(
        EmbeddingFiles.matrix(path: path, memory: memory), labels: labels, named: name)
    }
    guard (train == nil) == (trainLabels == nil) else {
      throw ValidationError("--train and --train-labels go together")
    }
    let labels = try EmbeddingFiles.labels(paths: [testLabels, trainLabels])
    let inputs = EvaluationInputs(
      test: try embeddings(test, labels.values[0], "test-labels"),
      train: try train.map { try embeddings($0, labels.values[1], "train-labels") },
      views: try testViews.map { try EmbeddingFiles.matrix(path: $0, memory: memory) },
      labels: labels)
    let dimension = inputs.test.rows.columns
    if let rows = inputs.train?.rows, rows.columns != dimension {
      throw ContrastiveError.shape(
        argument: "train", found: "[\(rows.rows) × \(rows.columns)]",
        expected: "[any × \(dimension)], the dimension of test")
    }
    return inputs
  }
}
