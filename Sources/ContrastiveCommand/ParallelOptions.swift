import ArgumentParser
import ContrastiveCore

/// How many threads to use.
struct ParallelOptions: ParsableArguments {
  @Option(name: [.customShort("j"), .long], help: "Threads to use (default: all processors).")
  var threads: Int?

  /// The workers asked for, in each of a job's processes.
  var workers: Workers {
    get throws {
      let threads = try threads.map { try Workers(count: $0) } ?? .all
      return Job.processes.map { threads.sharing(with: $0) } ?? threads
    }
  }
}
