import Contrastive
import Testing
import _TestSupport

/// The same bits for any number of processes.
@Suite struct ProcessTests {
  @Test(arguments: Row.all, [2, 3, 7]) func sameBits(_ row: Row, _ size: Int) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for problem in try entry.problems(size: 700, seed: 5) {
        let alone = try entry.evaluate(problem, workers: .all)
        for result in ThreadedProcess.run(
          size,
          {
            try entry.evaluate(problem, workers: Workers(count: 2).sharing(with: $0))
          })
        {
          #expect(try result.get() == alone)
        }
      }
    }
    try check(row.entry)
  }
}
