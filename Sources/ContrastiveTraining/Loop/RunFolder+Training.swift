import Contrastive
import ContrastiveFiles
import FoundationEssentials

extension RunFolder {
  /// Trains a run to its end and keeps its files, so that the run can be killed at any moment.
  ///
  /// `checkpoint.safetensors` is replaced after every epoch, every `steps` steps and when asked to
  /// stop; each is the old file or the new one, never a part of it. `metrics.jsonl` gets one line
  /// per epoch; `resume` removes lines of epochs after the checkpoint.
  ///
  /// - Parameters:
  ///   - run: prepared or resumed.
  ///   - steps: steps between checkpoints besides those of the epochs, at least 1; none when nil.
  ///   - shouldStop: asked after every step.
  ///   - report: called on the calling thread with each event.
  /// - Returns: the result, or nil when the run was stopped before its end.
  /// - Throws: `ContrastiveError`, such as `.parameter` for `checkpointEvery` below 1; the last
  ///   checkpoint is then whole.
  public func train(
    _ run: inout TrainingRun, checkpointEvery steps: Int? = nil,
    until shouldStop: (TrainingProgress) -> Bool = { _ in false },
    report: (TrainingEvent) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) -> TrainingResult? {
    while !run.isFinished {
      let stops = try advance(
        &run, checkpointEvery: steps, until: shouldStop, report: report)
      if stops && !run.isFinished { return nil }
    }
    return try finish(run)
  }

  /// Takes one step of a run and keeps its files, with a checkpoint when one is due.
  ///
  /// - Returns: whether `shouldStop` said so.
  func advance(
    _ run: inout TrainingRun, checkpointEvery steps: Int?,
    until shouldStop: (TrainingProgress) -> Bool,
    report: (TrainingEvent) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) -> Bool {
    try requireParameter(steps ?? 1 >= 1, "checkpointEvery", steps ?? 0, "at least 1")
    var (endsEpoch, stops) = (false, false)
    var progress: TrainingProgress?
    try run.advance { event throws(ContrastiveError) in
      try report(event)
      switch event {
      case .baselines: break
      case .step(let step): progress = step
      case .epoch(let metrics):
        endsEpoch = true
        try append(metrics)
      }
    }
    if endsEpoch { try writeArtifacts(of: run) }
    if let progress { stops = shouldStop(progress) }
    if endsEpoch || stops || steps.map({ run.stepsDone % $0 == 0 }) == true {
      try Checkpoint(of: run).write(to: checkpointPath)
    }
    return stops
  }

  /// Saves the encoder and the result of a run that is finished.
  func finish(_ run: TrainingRun) throws(ContrastiveError) -> TrainingResult? {
    guard let result = run.result else { return nil }
    try finish(run.encoderFile, result)
    return result
  }

  /// The options of the run in the folder, from `config.json`.
  ///
  /// - Parameter methods: methods of one's own that the run may have been trained by.
  /// - Returns: the options.
  /// - Throws: `ContrastiveError.file` when the folder holds no run, `.parameter` for an option
  ///   that this version does not know.
  public func options(
    methods: [any MethodOptions.Type] = []
  ) throws(ContrastiveError) -> TrainingOptions {
    guard exists(configurationPath) else {
      throw .file(path: path, problem: "holds no run: it has no config.json")
    }
    let text = try TextFile.read(path: configurationPath, largest: 1 << 20)
    let saved = try Configuration.saved(
      String(decoding: text, as: UTF8.self), path: configurationPath)
    return try Configuration(saved, methods: methods).options(methods: methods)
  }

  /// The result of the run in the folder, or nil while it is unfinished.
  ///
  /// - Throws: `ContrastiveError.file` when `result.json` cannot be read.
  public var result: TrainingResult? {
    get throws(ContrastiveError) {
      guard exists(resultPath) else { return nil }
      let text = try TextFile.read(path: resultPath, largest: 1 << 20)
      guard let result = try? JSONDecoder().decode(TrainingResult.self, from: Data(text)) else {
        throw .file(path: resultPath, problem: "is not the result of a run")
      }
      return result
    }
  }

  /// Restores a run from its last checkpoint, or leaves it at its start when there is none.
  ///
  /// `metrics.jsonl` is rewritten to match the checkpoint, no epoch twice.
  ///
  /// - Parameter run: prepared with the folder's options.
  /// - Returns: whether there was a checkpoint.
  /// - Throws: `ContrastiveError.file` for a checkpoint that is damaged or of another run.
  public func resume(_ run: inout TrainingRun) throws(ContrastiveError) -> Bool {
    let isThere = exists(checkpointPath)
    if isThere { try Checkpoint(path: checkpointPath).restore(&run, from: checkpointPath) }
    var lines = ""
    for metrics in run.progress.metrics { lines += try JSONText.encode(metrics) + "\n" }
    try AtomicFile.write(lines, to: metricsPath)
    return isThere
  }
}
