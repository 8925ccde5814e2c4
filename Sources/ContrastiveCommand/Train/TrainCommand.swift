import ArgumentParser
import Contrastive
import ContrastiveTraining

/// `contrastive train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an encoder on images without their labels.",
    discussion: """
      The data folder holds the four IDX files of an MNIST-like set under their usual names, \
      gzipped or not, or train-images.npy, train-labels.npy, test-images.npy and test-labels.npy \
      (images u1 [n,H,W] or [n,H,W,C], labels i8). Labels serve the evaluation alone: the share of \
      test images whose 200 nearest training images, by the encoder's features, vote for the right \
      label.

      The run folder gets config.json, metrics.jsonl (a line an epoch), result.json and \
      encoder.safetensors. Progress goes to standard error, the result as one JSON object to \
      standard output.
      """)

  @Option(help: "System to train by. (default: moco)")
  var method: String?

  @Option(help: "Data folder (default: Fashion-MNIST as Debian installs it).")
  var data: String?

  @Option(name: .shortAndLong, help: "Run folder to create.")
  var output: String?

  @Option(help: "JSON object of some options, in place of the method's defaults.")
  var config: String?

  @Option(help: "An option by its name in config.json, as NAME=VALUE; may be repeated.")
  var set: [String] = []

  @Flag(help: "Print all options as JSON and stop.")
  var printConfig = false

  @OptionGroup(title: "Training") var training: TrainingFlags
  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    FreedMemory.keep()
    let options = try options()
    if printConfig { return Standard.output(try Configuration(options).text()) }
    guard let output else { throw ValidationError("give --output, the run folder to create") }
    let folder = RunFolder(path: output)
    var run = try TrainingRun(
      options: options, data: ImageFolder(path: DataFolder.path(data)), workers: parallel.workers)
    try folder.create(for: run.options)

    var display = ProgressDisplay()
    let result = try run.train { event throws(ContrastiveError) in
      display.show(event)
      if case .epoch(let metrics) = event { try folder.append(metrics) }
    }
    try folder.finish(run.encoderFile, result)
    Standard.error(
      """
      kNN accuracy on the test images
        raw pixels      \(percent(result.rawPixelKNNAccuracy))
        random encoder  \(percent(result.randomEncoderKNNAccuracy))
        trained         \(percent(result.knnAccuracy))
      The run is in \(output)

      """)
    try Standard.json(result)
  }

  /// The defaults, then the file, then the flags, then what is set by name.
  private func options() throws -> TrainingOptions {
    let name = try method.map { name throws(ContrastiveError) in try MethodName(known: name) }
    var options = TrainingOptions(name ?? .moco)
    if let config {
      options = try Configuration(path: config, method: options.method.name).options()
      if let name, name != options.method.name {
        throw ContrastiveError.parameter(
          name: "method", found: name.rawValue,
          expected: "\(options.method.name.rawValue), as in \(config)")
      }
    }
    training.apply(to: &options)
    var configuration = try Configuration(options)
    try training.apply(to: &configuration)
    for assignment in set {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw ContrastiveError.parameter(
          name: "set", found: assignment, expected: "NAME=VALUE")
      }
      try configuration.set(String(parts[0]), to: String(parts[1]))
    }
    return try configuration.options()
  }
}
