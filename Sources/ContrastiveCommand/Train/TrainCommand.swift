import ArgumentParser
import Contrastive
import ContrastiveFiles
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

      The run folder gets config.json, metrics.jsonl (a line an epoch), checkpoint.safetensors \
      (the whole state, after every epoch), encoder.safetensors and result.json. Progress goes to \
      standard error, the result as one JSON object to standard output.

      A run that was killed goes on with --resume and ends with the same encoder, bit for bit. \
      SIGINT and SIGTERM let the step end and save the run; the exit code is then 130 or 143. A \
      second one ends the program at once.

      Options come from the method's defaults, then --config, then flags, then --set.
      """)

  @Option(help: "System to train by. (default: moco)")
  var method: String?

  @Option(help: "Data folder (default: Fashion-MNIST as Debian installs it).")
  var data: String?

  @Option(name: .shortAndLong, help: "Run folder to create.")
  var output: String?

  @Option(help: "Run folder to go on with; its config.json has all other options.")
  var resume: String?

  @Option(help: "Save the run every so many steps, too. (default: after epochs only)")
  var checkpointSteps: Int?

  @Option(help: "JSON object of some options, in place of the method's defaults.")
  var config: String?

  @Option(help: "An option by its name in config.json, as NAME=VALUE; may be repeated.")
  var set: [String] = []

  @Flag(help: "Print all options as JSON and stop.")
  var printConfig = false

  @OptionGroup(title: "Training") var training: TrainingFlags
  @OptionGroup var parallel: ParallelOptions

  func validate() throws {
    if let checkpointSteps, checkpointSteps < 1 {
      throw ValidationError("checkpoint-steps: found \(checkpointSteps), expected at least 1")
    }
    guard resume != nil else { return }
    var unchanged = TrainingOptions()
    training.apply(to: &unchanged)
    guard output == nil, method == nil, config == nil, set.isEmpty, data == nil, !printConfig,
      !training.changesMethod, unchanged == TrainingOptions()
    else { throw ValidationError("a run that is resumed keeps its folder, data and options") }
  }

  func run() throws {
    FreedMemory.keep()
    if printConfig { return Standard.output(try Configuration(options()).text()) }
    guard let path = resume ?? output else {
      throw ValidationError("give --output, the run folder to create, or --resume")
    }
    let folder = RunFolder(path: path)
    let isResumed = resume != nil
    if isResumed, let result = try folder.result {
      Standard.error("The run in \(path) is finished; there is nothing to resume.\n")
      return try Standard.json(result)
    }
    var options = isResumed ? try folder.options() : try options()
    let data = try DataFolder.path(options.data)
    options.data = DataFolder.absolute(data)
    var run = try TrainingRun(
      options: options, data: ImageFolder(path: data), workers: parallel.workers)
    if !isResumed { try folder.create(for: run.options) }
    let lock = try FolderLock(path: path)
    if isResumed {
      let found = try folder.resume(&run)
      Standard.error(
        found
          ? "Resuming after step \(run.stepsDone) of \(run.steps).\n"
          : "There is no checkpoint yet; starting again.\n")
    }
    try train(&run, in: folder)
    _ = consume lock
  }

  private func train(_ run: inout TrainingRun, in folder: RunFolder) throws {
    let stop = StopRequest()
    var display = ProgressDisplay()
    let result = try folder.train(
      &run, checkpointEvery: checkpointSteps, until: { stop.number != nil }
    ) { event throws(ContrastiveError) in display.show(event) }
    guard let result else {
      Standard.error(
        "Stopped after step \(run.stepsDone) of \(run.steps); go on with --resume \(folder.path)\n")
      throw ExitCode(128 + (stop.number ?? 0))
    }
    Standard.error(
      """
      kNN accuracy on the test images
        raw pixels      \(percent(result.rawPixelKNNAccuracy))
        random encoder  \(percent(result.randomEncoderKNNAccuracy))
        trained         \(percent(result.knnAccuracy))
      The run is in \(folder.path)

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
    if let data { options.data = data }
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
