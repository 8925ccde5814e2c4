import Contrastive
import ContrastiveFiles
import FoundationEssentials

/// The whole state of a run in one safetensors file.
///
/// ```
/// encoder.…, optimizer.…, own.…, method.…   tensors, as `TrainingRun.exchange` names them
/// __metadata__.checkpoint                   JSON (`Summary`)
/// __metadata__.configuration                the run's options (`Configuration`)
/// __metadata__.state                        JSON: the parts of the state that are texts, by name
/// __metadata__.checksum                     CRC-32 of all this
/// ```
public struct Checkpoint: Sendable {
  /// A checkpoint's summary, for people and for `inspect`.
  public struct Summary: Codable, Equatable, Sendable {
    /// Version of this layout, 1.
    public var format: Int
    /// The method's name.
    public var method: String
    /// Epochs done.
    public var epoch: Int
    /// Epochs of the run.
    public var epochs: Int
    /// Steps done in the epoch after them.
    public var step: Int
    /// Steps done in the whole run.
    public var stepsDone: Int
    /// Training images.
    public var images: Int
    /// CRC-32 of the training images' bytes.
    public var imageChecksum: UInt32
    /// CRC-32 of the test images' bytes and of all labels; nil in older files.
    public var evaluationChecksum: UInt32?

    enum CodingKeys: String, CodingKey {
      case format, method, epoch, epochs, step, images
      case stepsDone = "steps_done"
      case imageChecksum = "image_checksum"
      case evaluationChecksum = "evaluation_checksum"
    }
  }

  /// The summary.
  public let summary: Summary
  /// The options of the run.
  public let configuration: Configuration
  private let tensors: [String: Tensor]
  private let texts: [String: String]

  /// The state of a run as it is now.
  ///
  /// - Parameter run: between two steps.
  /// - Throws: `ContrastiveError.parameter` for a number that JSON cannot hold.
  public init(of run: TrainingRun) throws(ContrastiveError) {
    var (run, state) = (run, StateExchange())
    try run.exchange(&state)
    (tensors, texts) = (state.tensors, state.texts)
    configuration = try Configuration(run.options)
    summary = run.summary
  }

  /// Reads a checkpoint and checks it as a whole.
  ///
  /// - Parameter path: the file.
  /// - Throws: `ContrastiveError.file` for what is not a whole checkpoint.
  public init(path: String) throws(ContrastiveError) {
    try self.init(SafetensorsFile(path: path))
  }

  /// What a file that was read holds.
  package init(_ file: SafetensorsFile) throws(ContrastiveError) {
    let path = file.path ?? "checkpoint"
    try file.checkSeal()
    guard let summary = file.metadata["checkpoint"], let texts = file.metadata["state"],
      let configuration = file.metadata["configuration"]
    else { throw .file(path: path, problem: "is not a checkpoint: its metadata has no such part") }
    let decoder = JSONDecoder()
    guard file.isSealed,
      let read = try? decoder.decode(Summary.self, from: Data(summary.utf8)), read.format == 1,
      let named = try? decoder.decode([String: String].self, from: Data(texts.utf8)),
      let options = try? Configuration(saved: configuration, path: path)
    else { throw .file(path: path, problem: "is a checkpoint that this version cannot read") }
    (self.summary, self.configuration) = (read, options)
    (tensors, self.texts) = (file.tensors, named)
  }

  /// Saves the checkpoint in place of an older one; a failure leaves the older one as it was.
  ///
  /// - Parameter path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file`.
  public func write(to path: String) throws(ContrastiveError) {
    try write(to: path, calls: .system)
  }

  package func write(to path: String, calls: FileCalls) throws(ContrastiveError) {
    let metadata = [
      "checkpoint": try JSONText.encode(summary), "configuration": try configuration.text(),
      "state": try JSONText.encode(texts),
    ]
    try SafetensorsFile(tensors: tensors, metadata: metadata).sealed().write(to: path, calls: calls)
  }

  /// Restores a run to where this checkpoint was taken; nothing changes when it throws.
  ///
  /// A run of more epochs goes on as one that was always to have so many: its schedules are those
  /// of the longer run. Only `cropWarmup` and `cropInterval` stay what they were.
  ///
  /// - Parameters:
  ///   - run: prepared with the same options, but perhaps more epochs, and the same images,
  ///     wherever they are now.
  ///   - path: the checkpoint's file, for messages.
  /// - Throws: `ContrastiveError.file` when the run has other options, images or parts.
  public func restore(_ run: inout TrainingRun, from path: String) throws(ContrastiveError) {
    guard summary.epochs <= run.options.epochs else {
      throw .file(
        path: path,
        problem: "is of a run of \(summary.epochs) epochs, expected at most \(run.options.epochs)")
    }
    if let name = try configuration.firstDifference(from: Configuration(run.options)) {
      throw .file(path: path, problem: "is of a run with another option: \(name)")
    }
    let now = run.summary
    guard summary.images == now.images, summary.imageChecksum == now.imageChecksum
    else { throw .file(path: path, problem: "is of a run on other images") }
    guard summary.evaluationChecksum == nil || summary.evaluationChecksum == now.evaluationChecksum
    else { throw .file(path: path, problem: "is of a run with other test images or labels") }
    var (restored, state) = (run, StateExchange(loading: tensors, texts: texts, from: path))
    try restored.exchange(&state)
    try state.finish()
    run = restored
  }
}

extension TrainingRun {
  fileprivate var summary: Checkpoint.Summary {
    Checkpoint.Summary(
      format: 1, method: options.method.name, epoch: progress.epoch,
      epochs: options.epochs, step: progress.step, stepsDone: stepsDone, images: train.count,
      imageChecksum: imageChecksum, evaluationChecksum: evaluationChecksum)
  }
}
