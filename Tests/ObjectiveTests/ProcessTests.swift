import Contrastive
import ContrastiveCore
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

  /// Gradients that stay with their processes are, one after the other, those of one process.
  @Test(arguments: [1, 2, 3, 7], [InfoNCE.Variable.queries, .keys, .bank])
  func gradientsOfOwnRows(_ size: Int, _ variable: InfoNCE.Variable) throws {
    let queries = try TestData.matrix(1_100, 9, seed: 1)
    let keys = try TestData.matrix(1_100, 9, seed: 2)
    let bank = variable == .bank ? try TestData.matrix(2_000, 9, seed: 3) : nil
    @Sendable func evaluate(_ workers: Workers) throws -> Evaluation<InfoNCE> {
      try InfoNCE().evaluate(
        queries: queries, keys: keys, bank: bank, gradients: [variable], workers: workers)
    }
    let alone = try evaluate(.all)
    let whole = try #require(alone[variable])
    var next = 0
    for result in ThreadedProcess.run(
      size, { try evaluate(Workers.all.sharing(with: $0).keepingOwnRows) })
    {
      let found = try result.get()
      #expect(found.losses == alone.losses && found[.temperature] == alone[.temperature])
      let own = found.keptRows[variable] ?? 0..<whole.rows
      #expect(found[variable] == whole.rows(own))
      #expect(own.lowerBound == next || own == 0..<whole.rows)
      next = own.upperBound
    }
    #expect(next == whole.rows)
  }
}
