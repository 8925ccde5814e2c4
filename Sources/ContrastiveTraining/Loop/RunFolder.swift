import CLibrary
import Contrastive
import ContrastiveFiles

/// The files of a run.
///
/// ```
/// config.json              the run's options (`Configuration`)
/// metrics.jsonl            one line per epoch (`EpochMetrics`)
/// checkpoint.safetensors   the whole state at the last save (`Checkpoint`)
/// encoder.safetensors      the trained encoder (`EncoderFile`)
/// result.json              the result (`TrainingResult`)
/// artifacts/               what reports show of some runs, such as crops.safetensors
/// ```
public struct RunFolder: Sendable {
  /// The folder.
  public let path: String

  /// A folder of a run that exists or is to be created.
  public init(path: String) { self.path = path }

  /// The encoder's file.
  public var encoderPath: String { "\(path)/encoder.safetensors" }
  /// The last checkpoint's file.
  public var checkpointPath: String { "\(path)/checkpoint.safetensors" }
  var configurationPath: String { "\(path)/config.json" }
  var metricsPath: String { "\(path)/metrics.jsonl" }
  var resultPath: String { "\(path)/result.json" }

  /// Makes the folder, with those above it, and writes `config.json`.
  ///
  /// - Parameter options: what the run is made from.
  /// - Throws: `ContrastiveError.file` when the folder already holds a run or cannot be written.
  public func create(for options: TrainingOptions) throws(ContrastiveError) {
    try Folder.make(path)
    guard AtomicFile.discardsAll || !exists(configurationPath) else {
      throw .file(
        path: path, problem: "already holds a run; resume it or choose another output folder")
    }
    try AtomicFile.write(Configuration(options).text(), to: configurationPath)
  }

  /// Rewrites `config.json` for a run whose data moved or that is to go on for longer.
  ///
  /// A result of fewer epochs is taken away: the run is then unfinished, and the encoder beside it
  /// that of the fewer epochs until there is another.
  ///
  /// - Parameter options: as of the run, but for the data folder and the epochs.
  /// - Throws: `ContrastiveError.file`.
  public func update(to options: TrainingOptions) throws(ContrastiveError) {
    try AtomicFile.write(Configuration(options).text(), to: configurationPath)
    if let result = try result, result.epochs < options.epochs, !AtomicFile.discardsAll {
      unlink(resultPath)
    }
  }

  /// Whether the run in the folder has done all the epochs of its `config.json`.
  ///
  /// - Parameter options: of `config.json`.
  /// - Returns: whether there is a result of so many epochs.
  /// - Throws: `ContrastiveError.file`.
  public func isFinished(_ options: TrainingOptions) throws(ContrastiveError) -> Bool {
    guard let result = try result else { return false }
    return result.epochs >= options.epochs
  }

  /// Whether there is a checkpoint to go on from.
  public var hasCheckpoint: Bool { exists(checkpointPath) }

  func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Adds a line to `metrics.jsonl`.
  ///
  /// - Parameter metrics: of the epoch just done.
  /// - Throws: `ContrastiveError.file`.
  public func append(_ metrics: EpochMetrics) throws(ContrastiveError) {
    try LineLog(path: metricsPath).append(JSONText.encode(metrics))
  }

  /// Saves the encoder and then `result.json`, which says that the run is complete.
  ///
  /// - Parameters:
  ///   - encoder: as trained.
  ///   - result: of the run.
  /// - Throws: `ContrastiveError.file`.
  public func finish(
    _ encoder: EncoderFile, _ result: TrainingResult
  ) throws(ContrastiveError) {
    try encoder.write(to: encoderPath)
    try AtomicFile.write(JSONText.encode(result, pretty: true) + "\n", to: resultPath)
  }
}
