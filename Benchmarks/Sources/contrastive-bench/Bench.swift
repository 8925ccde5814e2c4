import ArgumentParser

/// Times the engine's workloads and prints one JSON line for each.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contrastive-bench",
    abstract: "Times the engine's workloads beside BLAS's own rate in the same run.",
    discussion: """
      One JSON object a line: workload, shape, threads, median and minimum milliseconds, GFLOP/s, \
      the share of sgemm's rate on the same work in the same run, and the peak scratch in bytes.
      """)

  @Option(help: "Workloads to run, by name; all by default.")
  var only: [Workload.Name] = []

  @Option(help: "Threads, for the engine and for sgemm.")
  var threads: Int = 2

  @Option(help: "Timed runs of each workload.")
  var runs: Int = 9

  @Flag(help: "Print a table for people instead of JSON lines.")
  var table = false

  func validate() throws {
    guard threads > 0, runs > 0 else { throw ValidationError("threads and runs must be positive") }
  }

  func run() throws {
    if table { print(Measurement.tableHeader) }
    for name in only.isEmpty ? Workload.Name.allCases : only {
      let measurement = try Workload.make(name, threads: threads).measure(runs: runs)
      print(table ? measurement.tableRow : measurement.json)
    }
  }
}
