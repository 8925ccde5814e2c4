import ArgumentParser
import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// `contrastive train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an encoder on images, without using their labels.",
    discussion: """
      The data folder holds pictures, or IDX files of the MNIST family under their usual names, \
      gzipped or not, or train-images.npy, train-labels.npy, test-images.npy and test-labels.npy \
      (images u1 [n,H,W] or [n,H,W,C] with C from 1 to 4; labels i8). Only the training images \
      must be there.

      Pictures are .jpg, .jpeg, .png and .webp files at any depth. Subfolders train and test (or \
      val) are the sets where both are there. Classes are the first folders below, where every \
      picture lies in one. The shorter side is scaled to --image-size and the centered square \
      kept. A picture that cannot be decoded whole is named, left out and counted.

      Labels are used for evaluation only: the accuracy of a weighted vote of the 200 nearest \
      training images on each test image's label. An image labeled -1 has no label: it is trained \
      on, but neither votes nor counts. Without test images a share is set aside (--holdout). \
      Alignment, uniformity, RankMe and spread of the features are measured on two test images or \
      more.

      The run folder gets config.json, metrics.jsonl (one line per epoch), checkpoint.safetensors \
      (the whole state, after every epoch), encoder.safetensors and result.json. Progress goes to \
      standard error, the result as one JSON object to standard output. The images that do not \
      fill the last batch of an epoch are not used in that epoch; they are others in every epoch. \
      Collapsed embeddings, fewer clusters than wanted and features of zeros do not end a run: \
      standard error says so, and "warnings" in metrics.jsonl.

      --encoder resnet18, resnet34 and resnet50 are torchvision's networks; --stem says how they \
      begin. --initial-encoder starts from the backbone of another run (its encoder.safetensors) \
      or from weights under torchvision's names (safetensors). Images are then scaled by the mean \
      and deviation in the file's metadata or, without them and with three channels, by \
      ImageNet's; the head starts at random. --freeze backbone trains the head alone.

      A run that was killed continues with --resume and ends with the same encoder, bit for bit; \
      --data says where its images are now, and they must be the same. With --epochs a run goes on \
      for longer, finished or not, as if it had been started for so many epochs: the learning rate \
      goes on from where the longer schedule is. Only crop_warmup and crop_interval of guided \
      crops stay what they were. On SIGINT or SIGTERM the current step is finished and the run \
      saved; the exit code is then 130 or 143. A second signal ends the program at once.

      Options are taken from the method's defaults, then --config, then flags, then --set. \
      Defaults below are those of moco; --print-config prints those of any --method.

      Examples:
        contrastive train --data ~/Pictures --output run
        contrastive train --method moco --epochs 20 --output run-moco
        contrastive train --resume run-moco --epochs 30
      """)

  @Option(
    help: """
      Training method: \(MethodName.allCases.map(\.rawValue).joined(separator: ", ")). \
      (default: moco)
      """)
  var method: String?

  @Option(help: "Data folder. (default: Fashion-MNIST as Debian installs it)")
  var data: String?

  @Option(name: .shortAndLong, help: "Run folder to create.")
  var output: String?

  @Option(
    help: "Run folder to resume, by the options in its config.json; --data and --epochs may be new."
  )
  var resume: String?

  @Option(help: "Also save a checkpoint every N steps. (default: after every epoch only)")
  var checkpointSteps: Int?

  @Option(help: "JSON file with some options, in place of the method's defaults.")
  var config: String?

  @Option(help: "Set an option by its name in config.json, as NAME=VALUE; may be repeated.")
  var set: [String] = []

  @Flag(help: "Print all options as JSON and exit.")
  var printConfig = false

  @OptionGroup(title: "Pictures and memory") var pictures: PictureOptions
  @OptionGroup(title: "Training") var training: TrainingFlags
  @OptionGroup var parallel: ParallelOptions

  func validate() throws {
    if let checkpointSteps, checkpointSteps < 1 {
      throw ValidationError("checkpoint-steps: found \(checkpointSteps), expected at least 1")
    }
    guard resume != nil else { return }
    guard output == nil, method == nil, config == nil, set.isEmpty, !printConfig,
      parallel.product == nil, training.givenBesidesEpochs.isEmpty
    else {
      let given = training.givenBesidesEpochs.first.map { ", not --\($0)" } ?? ""
      throw ValidationError(
        "a resumed run keeps its folder and its options; give none but --data and --epochs\(given)")
    }
  }

  func run() throws {
    FreedMemory.keep()
    if printConfig { return try Standard.output(try Configuration(options()).text()) }
    guard let path = resume ?? output else {
      throw ValidationError("give --output, the run folder to create, or --resume")
    }
    let isResumed = resume != nil
    try requireFolderName(path, named: isResumed ? "resume" : "output")
    let folder = RunFolder(path: path)
    var options = isResumed ? try folder.options() : try options()
    let before = options
    if isResumed {
      try training.extend(&options)
      if let data { options.data = data }
      if try folder.isFinished(options), let result = try folder.result {
        Standard.error("The run in \(path) is finished; there is nothing to resume.\n")
        return try Standard.json(result)
      }
    }
    let data = try DataFolder.path(options.data)
    options.data = DataFolder.absolute(data)
    try options.validate()
    try pictures.requirePictures(in: data, imageSize: training.imageSize)
    try requireNone(
      training.lastNormalization?.rawValue, named: "last-normalization",
      without: "residual blocks, which the small encoder does not have",
      options.architecture != .small)
    var reading = options.reading
    pictures.apply(to: &reading)
    let workers = try parallel.workers
    try JobInputs.requireEqual(
      contentsOf: [data] + (isResumed && folder.hasCheckpoint ? [folder.checkpointPath] : []))
    let images = try DataFolder.images(data, reading, workers: workers)
    Standard.error(Self.summary(images))
    // A checkpoint has the weights that a run started from.
    let startsAnew = !isResumed || !folder.hasCheckpoint
    let initial = startsAnew ? try initialEncoder(&options) : nil
    var run = try TrainingRun(
      options: options, data: images, initial: initial, workers: workers)
    if !isResumed { try folder.create(for: run.options) }
    let lock = try FolderLock(path: path)
    if isResumed {
      let found = try folder.resume(&run)
      if options.data != before.data || options.epochs != before.epochs {
        try folder.update(to: run.options)
      }
      Standard.error(
        found
          ? "Resuming after step \(run.stepsDone) of \(run.steps).\n"
          : "There is no checkpoint yet; starting from the beginning.\n")
      if options.epochs != before.epochs {
        Standard.error(try run.scheduleChange(from: before.epochs) + "\n")
      }
    } else if initial != nil {
      try Checkpoint(of: run).write(to: folder.checkpointPath)
    }
    // Nobody replaces the checkpoint before everybody has read it.
    workers.waitForAll()
    try train(&run, in: folder, workers)
    _ = consume lock
  }

  private static func summary(_ images: ImageFolder) -> String {
    let shape = "of \(images.train.shape) (height × width × channels)"
    let test = images.test.map { " and \($0.count) test" } ?? ""
    let classes = images.classNames.isEmpty ? "" : ", \(images.classNames.count) classes"
    return "\(images.train.count) training\(test) images \(shape)\(classes)\n"
  }

  /// The backbone that the options name, by its absolute path from then on.
  private func initialEncoder(_ options: inout TrainingOptions) throws -> InitialEncoder? {
    guard let path = options.initialEncoder else { return nil }
    let found = try InitialEncoder(path: path)
    options.initialEncoder = DataFolder.absolute(path)
    return found
  }

  private func train(
    _ run: inout TrainingRun, in folder: RunFolder, _ workers: Workers
  ) throws {
    if let text = unlabeled(run) { Standard.error(text) }
    let stop = StopRequest()
    let start = run.options.initialEncoder == nil ? "random encoder" : "initial encoder"
    var display = ProgressDisplay(start: start)
    let result = try folder.train(
      &run, checkpointEvery: checkpointSteps, until: { _ in workers.any(stop.number != nil) }
    ) { event throws(ContrastiveError) in
      display.show(event)
      guard case .epoch(let metrics) = event else { return }
      for warning in metrics.warnings ?? [] { Standard.error("Warning: \(warning)\n") }
    }
    guard let result else {
      Standard.error(
        """
        Stopped after step \(run.stepsDone) of \(run.steps); continue with \
        --resume \(folder.path)

        """)
      throw ExitCode(128 + (stop.number ?? 0))
    }
    if let trained = result.knnAccuracy, let random = result.randomEncoderKNNAccuracy,
      let pixels = result.rawPixelKNNAccuracy
    {
      Standard.error(
        """
        kNN accuracy on the test images
          raw pixels      \(percent(pixels))
          \(padded(start, 15)) \(percent(random))
          trained         \(percent(trained))

        """)
    }
    Standard.error("The run is in \(folder.path)\n")
    try Standard.json(result)
  }

  /// What is said of images labeled −1.
  private func unlabeled(_ run: TrainingRun) -> String? {
    let counts = [(run.unlabeled.train, "training"), (run.unlabeled.test, "test")]
    let parts = counts.compactMap { count, name in count.map { "\($0) \(name) images" } }
    guard !parts.isEmpty else { return nil }
    return "Without a label (-1), left out of votes and scores: "
      + "\(parts.joined(separator: ", ")).\n"
  }

  /// The defaults, overridden by the file, by flags and by `--set`, in this order.
  private func options() throws -> TrainingOptions {
    let name = try method.map { name throws(ContrastiveError) in try MethodName(known: name) }
    var options = TrainingOptions(name ?? .moco)
    if let config {
      options = try Configuration(path: config, method: name ?? .moco).options()
      if let name, name.rawValue != options.method.name {
        throw ContrastiveError.parameter(
          name: "method", found: name.rawValue,
          expected: "\(options.method.name), as in \(config)")
      }
    }
    training.apply(to: &options)
    guard training.widths.isEmpty || options.architecture == .small else {
      throw ContrastiveError.parameter(
        name: "widths", found: "\(training.widths)",
        expected: "none: a \(options.architecture) has its own")
    }
    if let data { options.data = data }
    if let product = parallel.product { options.product = product }
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
