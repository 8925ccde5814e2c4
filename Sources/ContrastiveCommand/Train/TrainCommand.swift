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

  @Option(help: "System to train by.")
  var method: TrainingOptions.MethodName = .moco

  @Option(help: "Data folder (default: Fashion-MNIST as Debian installs it).")
  var data: String?

  @Option(name: .shortAndLong, help: "Run folder to create.")
  var output: String

  @OptionGroup(title: "Training") var training: TrainingFlags
  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    FreedMemory.keep()
    var options = TrainingOptions()
    options.method = method
    training.apply(to: &options)
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
}

extension TrainingOptions.MethodName: ExpressibleByArgument {}
