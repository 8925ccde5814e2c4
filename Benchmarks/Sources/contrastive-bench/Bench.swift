import ArgumentParser
import Contrastive
import FoundationEssentials

/// Times the engine's workloads.
@main
struct Bench: ParsableCommand {
  /// Keeps freed memory, as the command does and as the peers' own allocators do.
  static func main() {
    FreedMemory.keep()
    main(nil)
  }

  static let configuration = CommandConfiguration(
    commandName: "contrastive-bench",
    abstract: "Times the engine's workloads.",
    subcommands: [
      TableCommand.self, CheckCommand.self, ListCommand.self, InputsCommand.self,
      ServeCommand.self,
    ], defaultSubcommand: TableCommand.self)
}

/// Which workloads, and how often.
struct Selection: ParsableArguments {
  @Option(parsing: .upToNextOption, help: "Workloads to run, by name; all by default.")
  var only: [String] = []

  @Option(help: "Threads, for the engine and for sgemm.")
  var threads: Int = Workers.all.count

  @Option(help: "Timed runs of each; fewer where a run takes seconds.")
  var runs: Int = 9

  func validate() throws {
    guard threads > 0, runs > 0 else { throw ValidationError("threads and runs must be positive") }
    let names = Set(Workload.all.map(\.name))
    for name in only where !names.contains(name) {
      throw ValidationError("no workload \(name); there are \(names.sorted())")
    }
  }

  /// Times each in turn with the machine's rate of multiplying matrices.
  func forEachMeasurement(_ body: (Measurement) throws -> Void) throws {
    let workers = try Workers(count: threads)
    let reference = try Reference(workers: workers)
    for workload in Workload.named(only) {
      try body(try Measurement(of: workload, runs: runs, workers: workers, reference: reference))
    }
  }
}

/// `contrastive-bench table`.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Time workloads and print a table.",
    discussion: """
      Between any two runs a product of matrices is timed, by as many single-threaded calls of \
      OpenBLAS as there are threads: "of sgemm" is the share of its rate.
      """)

  @OptionGroup var selection: Selection

  @Option(
    help: """
      A file to write the measurements to, one JSON object a line. Lines of other workloads, \
      threads and kinds of processors stay in it.
      """)
  var json: String?

  func run() throws {
    print(Measurement.header)
    let known = try json.flatMap {
      FileManager.default.fileExists(atPath: $0) ? try Baseline(path: $0) : nil
    }
    var made: [Measurement] = []
    try selection.forEachMeasurement { measurement in
      print(measurement.row)
      made.append(measurement)
    }
    guard let json else { return }
    let lines = made.map { $0.json + "\n" }.joined()
    try writeText((known?.without(made) ?? "") + lines, to: json)
  }
}

/// `contrastive-bench list`.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Print the workloads, one JSON object a line.")

  @Option(parsing: .upToNextOption, help: "Workloads to list, by name; all by default.")
  var only: [String] = []

  func run() {
    for workload in Workload.named(only) {
      print(
        """
        {"workload":"\(workload.name)","size":"\(workload.size)",\
        "operations":\(workload.operations)}
        """)
    }
  }
}
