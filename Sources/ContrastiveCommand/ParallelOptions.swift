import ArgumentParser
import ContrastiveCore

/// How many threads to use.
struct ParallelOptions: ParsableArguments {
  @Option(name: [.customShort("j"), .long], help: "Threads to use (default: all processors).")
  var threads: Int?

  /// The workers asked for.
  var workers: Workers {
    get throws { try threads.map { try Workers(count: $0) } ?? .all }
  }
}
