import ArgumentParser
import Contrastive

/// `contrastive-bench check`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compare with a baseline; exit 1 on a regression.",
    discussion: """
      What is compared is a workload's time over that of a product of matrices in the same run, so \
      that a baseline of another machine with the same kind of processor serves. One that is \
      slower by more than the tolerance is measured twice more; the best of the three counts.
      """)

  @OptionGroup var selection: Selection

  @Option(help: "The baseline, one JSON object a line as `table --json` writes them.")
  var baseline: String

  @Option(help: "Share by which a workload may be slower.")
  var tolerance: Double = 0.25

  func run() throws {
    let known = try Baseline(path: baseline)
    let entries = known.own
    guard !entries.isEmpty else {
      throw ValidationError(
        """
        \(baseline) has no measurements of this kind of processor, "\(Baseline.processor)", but of \
        \(known.processors); `table --json \(baseline)` adds them
        """)
    }
    let workers = try Workers(count: selection.threads)
    let reference = try Reference(workers: workers)
    var regressions = 0
    var compared = 0
    print(pad("workload", 15) + pad("size", 30) + pad("baseline", 10) + pad("now", 8) + "slower by")
    for workload in Workload.named(selection.only) {
      guard
        let entry = entries.first(where: {
          ($0.workload, $0.size, $0.threads) == (workload.name, workload.size, workers.count)
        })
      else { continue }
      var best = Double.infinity
      for _ in 0..<3 where best > entry.reference * (1 + tolerance) {
        best = min(
          best,
          try Measurement(
            of: workload, runs: selection.runs, workers: workers, reference: reference
          ).ratio)
      }
      compared += 1
      let isSlower = best > entry.reference * (1 + tolerance)
      regressions += isSlower ? 1 : 0
      let change = Int((100 * (best / entry.reference - 1)).rounded())
      print(
        pad(workload.name, 15) + pad(workload.size, 30) + pad("\(rounded(entry.reference))", 10)
          + pad("\(rounded(best))", 8) + "\(change) %\(isSlower ? "  REGRESSION" : "")")
    }
    print("\(compared) compared with a tolerance of \(tolerance), \(regressions) slower")
    guard compared > 0 else { throw ValidationError("the baseline has none of these") }
    if regressions > 0 { throw ExitCode.failure }
  }
}
