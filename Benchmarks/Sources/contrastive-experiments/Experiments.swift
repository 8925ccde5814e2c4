import ArgumentParser
import Foundation

/// Runs the experiments and writes the results page.
@main
struct Experiments: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contrastive-experiments",
    abstract: "Runs the experiments and writes Documentation/Results.md.",
    discussion: """
      What is in the results file already is not run again, so that it can be stopped and started \
      at any time. The page holds what is known at the scale asked for.
      """)

  @Option(help: "Our command.")
  var contrastive: String

  @Option(
    parsing: .upToNextOption,
    help: "Tables: \(Self.names.joined(separator: " ")). (default: all)")
  var only: [String] = []

  @Option(
    parsing: .upToNextOption, help: "Methods of the table of all methods to run. (default: all)")
  var methods: [String] = Catalog.methods

  @Option(help: "Minutes after which no run is begun. (default: none)")
  var budget: Double?

  @Option(help: "Passes over the training images.")
  var epochs: Int = 5

  @Option(help: "First training images to use; 0 for all.")
  var limit: Int = 10_000

  @Option(help: "Seeds of every comparison, from 0 on.")
  var seeds: Int = 3

  @Option(help: "Runs at a time, each on one thread.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Data folder (default: Fashion-MNIST as Debian installs it).")
  var data: String?

  @Option(help: "File that keeps what is known.")
  var results: String = "Benchmarks/results/experiments.json"

  @Option(name: .shortAndLong, help: "Page to write.")
  var output: String = "Documentation/Results.md"

  @Flag(help: "Run again what is known already.")
  var again = false

  @Flag(help: "Say what would be run and how long it takes, and write the page from what is known.")
  var dryRun = false

  private static let names =
    [Catalog.methodsName, Catalog.allImagesName] + Catalog.comparisons.map(\.name)

  func validate() throws {
    guard epochs > 0, seeds > 0, jobs > 0, limit >= 0 else {
      throw ValidationError("epochs, seeds and jobs must be at least 1, the limit at least 0")
    }
    if let name = only.first(where: { !Self.names.contains($0) }) {
      throw ValidationError("no table is named \(name); there are \(Self.names)")
    }
    if let name = methods.first(where: { !Catalog.methods.contains($0) }) {
      throw ValidationError("no method is named \(name); there are \(Catalog.methods)")
    }
  }

  func run() throws {
    let start = Date.now
    var known = try ResultsFile(path: results)
    let missing = commands.filter { again || known[$0] == nil }
    let seconds = missing.reduce(0) { $0 + known.estimate($1) } / Double(jobs)
    report(
      "\(commands.count) runs, \(missing.count) to do, about \(Int((seconds / 60).rounded(.up))) "
        + "minutes on quiet cores, \(jobs) at a time.")
    var problems: [String] = []
    if dryRun {
      missing.forEach { print("contrastive \($0.key)") }
    } else {
      let runner = Runner(
        contrastive: contrastive, data: data, results: known, commands: missing,
        deadline: budget.map { start.addingTimeInterval(60 * $0) })
      (known, problems) = runner.run(jobs: jobs)
    }
    try write(known)
    report("\(output) is written after \(Int(Date.now.timeIntervalSince(start))) seconds.")
    guard problems.isEmpty else {
      report("\(problems.count) runs failed:\n\(problems.joined(separator: "\n"))")
      throw ExitCode.failure
    }
  }

  private var scale: TrainingCommand.Scale {
    TrainingCommand.Scale(epochs: epochs, limit: limit == 0 ? nil : limit)
  }

  /// The tables to write: all, so that a page never loses those that `--only` leaves out.
  private func write(_ known: ResultsFile) throws {
    let page = ResultsPage(
      results: known, scale: scale, seeds: Array(0..<seeds), comparisons: Catalog.comparisons,
      methods: Catalog.methods)
    let url = URL(fileURLWithPath: output)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(page.text.utf8).write(to: url, options: .atomic)
  }

  /// What the chosen tables need, each once, low seeds first.
  private var commands: [TrainingCommand] {
    func isChosen(_ name: String) -> Bool { only.isEmpty || only.contains(name) }
    var all: [TrainingCommand] = []
    for seed in 0..<seeds {
      let parts = [
        (Catalog.methodsName, scale), (Catalog.allImagesName, scale.ofAllImages),
      ]
      for (name, scale) in parts where seed == 0 && isChosen(name) {
        all += methods.map { TrainingCommand(method: $0, scale: scale, seed: seed) }
      }
      for comparison in Catalog.comparisons where isChosen(comparison.name) {
        all += comparison.variants.map { $0.command(scale, seed: seed) }
      }
    }
    var seen = Set<TrainingCommand>()
    return all.filter { seen.insert($0).inserted }
  }
}
