import Contrastive
import Synchronization
import Testing

/// Evaluations that are stopped while they run.
@Suite struct ProgressTests {
  /// Those of a few operations a row, which are over before anyone could ask.
  static let withoutReports: Set<String> = ["simsiam", "byol"]

  /// Stopped at each report in turn, an evaluation ends within two tiles, and the next has the same
  /// bits as one that was left alone.
  @Test(arguments: Row.all) func stopsAtEachTile(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for (form, problem) in try entry.problems(size: 600, seed: 5).enumerated() {
        let whole = try run(entry, problem, stoppingAt: .max)
        let expected = try #require(whole.found)
        for stop in 1..<(whole.reports + 1) {
          let stopped = try run(entry, problem, stoppingAt: stop)
          // The last report of the last pass may come when everything is done.
          if stop < whole.reports {
            #expect(stopped.error == .canceled, "form \(form), report \(stop)")
          }
          #expect(stopped.reports <= stop + 2, "form \(form), report \(stop)")
          #expect(try entry.evaluate(problem) == expected, "form \(form), after \(stop)")
        }
        if form == 0 {
          #expect((whole.reports == 0) == Self.withoutReports.contains(entry.name))
        }
      }
    }
    try check(row.entry)
  }

  private func run<Entry: ObjectiveEntry>(
    _ entry: Entry.Type, _ problem: Problem, stoppingAt stop: Int
  ) throws -> (found: FoundResult?, error: ContrastiveError?, reports: Int) {
    let reports = Counter()
    let workers = Workers.one.reporting { _ in reports.next() < stop }
    do {
      return (try entry.evaluate(problem, workers: workers), nil, reports.value)
    } catch let error as ContrastiveError {
      return (nil, error, reports.value)
    }
  }
}

private final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .relaxed) }

  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
