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
        for result in results.dropFirst() { #expect(result == results[0]) }
      }
    }
    try check(row.entry)
  }
}
