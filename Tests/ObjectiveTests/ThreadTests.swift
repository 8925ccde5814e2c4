import Contrastive
import Testing

/// The same bits for any number of threads.
@Suite struct ThreadTests {
  @Test(arguments: Row.all) func sameBits(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for problem in try entry.problems(size: 700, seed: 5) {
        let results = try [1, 2, 3, 4, 7].map {
          try entry.evaluate(problem, workers: Workers(count: $0))
        }
        for result in results.dropFirst() {
          #expect(result.loss == results[0].loss)
          #expect(result.gradients == results[0].gradients)
          #expect(result.slope == results[0].slope)
          #expect(result.selected == results[0].selected)
        }
      }
    }
    try check(row.entry)
  }
}
