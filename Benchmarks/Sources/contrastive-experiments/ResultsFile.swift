import Foundation

/// What is known about each command, kept in a file from one start to the next.
struct ResultsFile {
  private let url: URL
  private var outcomes: [String: Outcome] = [:]

  /// Opens a file, which need not exist yet.
  init(path: String) throws {
    url = URL(fileURLWithPath: path)
    guard FileManager.default.fileExists(atPath: path) else { return }
    outcomes = try JSONDecoder().decode([String: Outcome].self, from: Data(contentsOf: url))
  }

  subscript(_ command: TrainingCommand) -> Outcome? { outcomes[command.key] }

  /// Adds an outcome and saves all.
  mutating func add(_ outcome: Outcome, of command: TrainingCommand) throws {
    outcomes[command.key] = outcome
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try (encoder.encode(outcomes) + Data("\n".utf8)).write(to: url, options: .atomic)
  }

  /// Seconds a command will take: as the same method's runs so far, or else as the catalog says.
  func estimate(_ command: TrainingCommand) -> Double {
    let method = "train --method \(command.method) "
    let known = outcomes.filter { $0.key.hasPrefix(method) }.map(\.value.training)
    let images = Double(command.scale.epochs * (command.scale.limit ?? 60_000))
    let knownImages = known.reduce(0) { $0 + Double($1.epochs * $1.images) }
    guard knownImages > 0 else { return images / 10_000 * Catalog.seconds(of: command.method) }
    return images * known.reduce(0) { $0 + $1.seconds } / knownImages
  }
}
