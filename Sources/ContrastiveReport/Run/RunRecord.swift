import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// What a run wrote about itself while it trained.
///
/// `config.json` must be there; a run that was stopped has no `result.json`, and its last line of
/// `metrics.jsonl` may be cut short, which is then skipped.
public struct RunRecord: Sendable {
  /// The run's folder.
  public let path: String
  let configuration: JSONValue
  let epochs: [JSONValue]
  let result: JSONValue?

  /// Reads a run's folder.
  ///
  /// - Parameter path: the folder.
  /// - Throws: `ContrastiveError.file` when it holds no run or a file cannot be read.
  public init(path: String) throws(ContrastiveError) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    let file = "\(path)/config.json"
    guard let text = try Self.text(file) else {
      throw .file(path: path, problem: "holds no run: there is no config.json")
    }
    guard let configuration = JSONValue(text), case .object = configuration else {
      throw .file(path: file, problem: "is not a JSON object")
    }
    self.configuration = configuration
    let lines = try Self.text("\(path)/metrics.jsonl") ?? ""
    epochs = lines.split(whereSeparator: \.isNewline).compactMap { JSONValue($0) }
      .filter { $0.epoch != nil }
    result = try Self.text("\(path)/result.json").flatMap { JSONValue($0) }
  }

  private static func text(_ path: String) throws(ContrastiveError) -> String? {
    try TextFile.textIfPresent(path: path, largest: 1 << 30)
  }

  /// The folder's own name.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// What runs are called side by side: their folders' names, whole paths where two are alike.
  package static func names(_ runs: [RunRecord]) -> [String] {
    runs.map { run in runs.count { $0.name == run.name } > 1 ? run.path : run.name }
  }

  /// The folder of its images, if the configuration says so.
  public var dataFolder: String? { configuration["data"]?.string }

  /// How its images were read, as far as the configuration says.
  package var reading: ImageReading {
    var reading = ImageReading()
    if let labels = configuration["labels"]?.string.flatMap(LabelUse.init) {
      reading.labels = labels
    }
    reading.holdout = configuration["holdout"]?.number.map { Float($0) }
    reading.seed = configuration["seed"]?.wholeNumber ?? 0
    if let size = configuration["image_size"]?.number.flatMap(Int.init(exactly:)), size > 0 {
      reading.imageSize = size
    }
    return reading
  }

  /// The system it trained by.
  var method: String { configuration["method"]?.string ?? "unknown method" }

  /// Whether it is a run of `contrastive adapt`.
  public var isAdapter: Bool { method == "adapt" }

  /// What an adapter's run says of its pairs, if it is finished.
  var examples: JSONValue? {
    get throws(ContrastiveError) {
      try Self.text("\(path)/examples.json").flatMap { JSONValue($0) }
    }
  }

  /// A number of each epoch by its name in `metrics.jsonl`.
  func series(_ name: String) -> [(x: Int, y: Double)] {
    epochs.compactMap { epoch in
      guard let x = epoch.epoch, let y = epoch[name]?.number else { return nil }
      return (x, y)
    }
  }

  /// What the method measured in each epoch, by name.
  var methodMeasures: [(name: String, points: [(x: Int, y: Double)])] {
    var found: [String: [(x: Int, y: Double)]] = [:]
    for epoch in epochs {
      guard let x = epoch.epoch, case .object(let measures)? = epoch["measures"] else {
        continue
      }
      for (name, value) in measures {
        if let y = value.number { found[name, default: []].append((x, y)) }
      }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What went wrong without ending the run, each with the epochs in which it was said.
  var warnings: [(text: String, epochs: [Int])] {
    var order: [String] = []
    var found: [String: [Int]] = [:]
    for epoch in epochs {
      guard let number = epoch.epoch, case .list(let texts)? = epoch["warnings"] else { continue }
      for text in texts.compactMap(\.string) {
        if found[text] == nil { order.append(text) }
        found[text, default: []].append(number)
      }
    }
    return order.map { ($0, found[$0] ?? []) }
  }

  /// A number of `result.json`.
  func outcome(_ name: String) -> Double? { result?[name]?.number }

  /// The accuracy in the end, or after the last epoch of a run that was stopped.
  package var accuracy: Double? { outcome("knn_accuracy") ?? series("knn_accuracy").last?.y }
  /// Whether there is a result.
  package var isFinished: Bool { result != nil }

  /// What the encoder was before training.
  var startName: String {
    configuration["initial_encoder"]?.string == nil ? "random encoder" : "initial encoder"
  }
  /// Its accuracy.
  var randomAccuracy: Double? { baseline("random_encoder_knn_accuracy") }
  var pixelAccuracy: Double? { baseline("raw_pixel_knn_accuracy") }

  private func baseline(_ name: String) -> Double? {
    outcome(name) ?? epochs.lazy.compactMap { $0[name]?.number }.first
  }
}

extension JSONValue {
  /// The whole number from 0, if it is one: exact, where a seed is beyond what a `Double` holds.
  var wholeNumber: UInt64? {
    switch self {
    case .integer(let value): UInt64(exactly: value)
    case .unsigned(let value): value
    case .number(let value): UInt64(exactly: value)
    default: nil
    }
  }

  /// The number of the epoch that a line of `metrics.jsonl` is about, if it is one.
  fileprivate var epoch: Int? {
    self["epoch"]?.number.flatMap(Int32.init(exactly:)).flatMap { $0 >= 0 ? Int($0) : nil }
  }
}
