import Contrastive
import ContrastiveFiles
import ContrastiveReport
import ContrastiveTraining
import Testing
import _TestSupport

/// A run's folder: trained in a moment, or written by hand.
struct ReportedRun {
  let folder: TemporaryFolder
  static let classNames = ["<red>", "green", "blue"]

  /// An empty folder.
  init() throws { folder = try TemporaryFolder() }

  /// A run trained for two epochs on 40 small images.
  init(trained method: MethodName) throws {
    try self.init()
    var options = TrainingOptions(method)
    options.epochs = 2
    options.batchSize = 8
    options.widths = [4, 6]
    options.hiddenDimension = 8
    options.embeddingDimension = 5
    options.neighbors = 5
    var run = try TrainingRun(options: options, data: Self.data(), workers: .one)
    let files = RunFolder(path: folder.file("run"))
    try files.create(for: run.options)
    _ = try files.train(&run) { _ in }
  }

  /// Images of 8 × 7 × 3 in three classes; label −1 where `isLabeled` is false.
  static func data(
    train: Int = 40, test: Int = 12, trainLabels: Bool = true, testLabels: Bool = true,
    isLabeled: (Int) -> Bool = { _ in true }
  ) throws -> ImageFolder {
    func images(_ count: Int, _ hasLabels: Bool) throws -> ImageSet {
      try ImageSet(
        Pixels(
          TestData.images(count, height: 8, width: 7),
          shape: ImageShape(height: 8, width: 7, channels: 3)),
        labels: hasLabels ? (0..<count).map { isLabeled($0) ? $0 % 3 : -1 } : nil)
    }
    return ImageFolder(train: try images(train, trainLabels), test: try images(test, testLabels))
  }

  /// The run as the report reads it.
  var record: RunRecord { get throws { try RunRecord(path: folder.file("run")) } }

  func features(_ data: ImageFolder) throws -> RunFeatures {
    try RunFeatures(record, data: data, classNames: Self.classNames, workers: .one)
  }

  /// The report's page with everything in it.
  func page(_ data: ImageFolder? = nil, notes: [String] = []) throws -> Markup {
    let data = try data ?? Self.data()
    return try Markup(RunReport(record, features(data), notes: notes, workers: .one).page)
  }

  /// Writes a file of the run's folder, as text.
  @discardableResult
  func write(_ text: String, _ name: String) throws -> ReportedRun {
    try RunFolderMaker.make(folder.file("run"))
    try folder.write(text, "run/\(name)")
    return self
  }

  /// Writes what a method leaves to be shown.
  func write(artifact name: String, _ tensors: [String: Tensor]) throws {
    try RunFolderMaker.make(folder.file("run/artifacts"))
    try SafetensorsFile(tensors: tensors).write(
      to: folder.file("run/artifacts/\(name).safetensors"))
  }
}
