import Contrastive
import ContrastiveFiles
import FoundationEssentials

extension RunFolder {
  /// Trains a run to its end and keeps its files, so that the run can be killed at any moment.
  ///
  /// `checkpoint.safetensors` is replaced after every epoch, every `steps` steps and when asked to
  /// stop; each is the old file or the new one, never a part of it. `metrics.jsonl` gets a line an
  /// epoch; lines of epochs that the checkpoint does not know are taken back by `resume`.
  ///
  /// - Parameters:
  ///   - run: prepared or resumed.
  ///   - steps: steps between checkpoints besides those of the epochs; none when nil.
  ///   - shouldStop: asked after every step.
  ///   - report: called on the calling thread with each event.
  /// - Returns: how the run ended, or nil when it was stopped before.
  /// - Throws: `ContrastiveError`; the last checkpoint is then whole.
  public func train(
    _ run: inout TrainingRun, checkpointEvery steps: Int? = nil,
    until shouldStop: () -> Bool = { false },
    report: (TrainingEvent) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) -> TrainingResult? {
    while !run.isFinished {
      var endsEpoch = false
      try run.advance { event throws(ContrastiveError) in
        try report(event)
        guard case .epoch(let metrics) = event else { return }
        endsEpoch = true
        try append(metrics)
      }
      if endsEpoch { try writeArtifacts(of: run) }
      let stops = shouldStop()
      if endsEpoch || stops || steps.map({ run.stepsDone % $0 == 0 }) == true {
        try Checkpoint(of: run).write(to: checkpointPath)
      }
      if stops && !run.isFinished { return nil }
    }
    guard let result = run.result else { return nil }
    try finish(run.encoderFile, result)
    return result
  }

  /// The options of the run in the folder, from `config.json`.
  ///
  /// - Returns: the options.
  /// - Throws: `ContrastiveError.file` when the folder holds no run, `.parameter` for an option
  ///   that this version does not know.
  public func options() throws(ContrastiveError) -> TrainingOptions {
    guard exists(configurationPath) else {
      throw .file(path: path, problem: "holds no run: it has no config.json")
    }
    let text = try TextFile.read(path: configurationPath, largest: 1 << 20)
    return try Configuration(text: String(decoding: text, as: UTF8.self), path: configurationPath)
      .options()
  }

  /// How the run in the folder ended, or nil when it has not.
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

  /// Puts a run where its last checkpoint was taken, or leaves it at its start when there is none.
  ///
  /// `metrics.jsonl` is made to say what the checkpoint says, no epoch twice.
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
