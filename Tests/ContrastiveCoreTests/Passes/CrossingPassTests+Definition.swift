import ContrastiveCore
import Foundation
import Testing
import _TestSupport

extension CrossingPassTests {
  static let shapes = [1, 2, 3, 61, 127, 128, 129, 257, 1_024, 1_025, 1_031]

  private func writer(_ rows: Int) -> SoftmaxWriter {
    SoftmaxWriter(temperature: PassCase.temperature, rows: PassCase.side(rows))
  }

  /// Worst error seen: 5e-8 of a log-sum-exp, 5e-7 of the largest sum.
  @Test(arguments: shapes) func agreesWithDoubleAndTheRectangle(_ rows: Int) throws {
    let given = try PassCase(rows, rows)
    let pass = CrossingPass(given.row, given.column)
    let sample = PassCase.sample(rows)
    let found = try pass.readBoth(given.reader, workers: .all)
    let (forward, backward) = (PassCase.logSums(found.rows), PassCase.logSums(found.columns))
    expectClose(sample.map { forward[$0] }, given.logSums(sample), within: 2e-6)
    let other = RectanglePass(rows: given.column, columns: given.row)
    expectClose(
      backward, PassCase.logSums(try other.read(given.reader, workers: .one)), within: 1e-6)
    // Another kernel where columns are not asked for.
    let oneWay = try pass.readRows(given.reader, workers: .all).statistics
    expectClose(PassCase.logSums(oneWay), forward, within: 1e-6)

    let sums = try pass.sums(writer(rows), workers: .all)
    expectClose(sums.rows.rows(at: sample), given.sums(sample), within: 3e-6)
    // The same coefficients for the columns: a rectangle with them on its columns.
    let back = SoftmaxWriter(
      temperature: PassCase.temperature, columns: PassCase.side(rows))
    let expected = try other.sums(back, workers: .one)
    expectClose(sums.columns, expected.doubles, within: 3e-6)
  }

  @Test(arguments: [3, 129, 1_031]) func sameBitsForAnyThreads(_ rows: Int) throws {
    let given = try PassCase(rows, rows)
    let pass = CrossingPass(given.row, given.column)
    let statistics = try pass.readBoth(given.reader, workers: .one)
    let sums = try pass.sums(writer(rows), workers: .one)
    for count in 1...7 {
      let workers = try Workers(count: count)
      for maxBytes in [0, 1 << 18, KeptTiles.maxBytes] {
        let found = try pass.readBothKeeping(given.reader, maxBytes: maxBytes, workers: workers)
        #expect(found.rows.flatMap(\.sum) == statistics.rows.flatMap(\.sum))
        #expect(found.columns.flatMap(\.sum) == statistics.columns.flatMap(\.sum))
        let again = try pass.sums(writer(rows), kept: found.kept, workers: workers)
        #expect(again.rows == sums.rows && again.columns == sums.columns, "\(count), \(maxBytes)")
      }
    }
  }

  @Test(arguments: [0, 300, 400]) func namesWhatCannotBeUsed(_ row: Int) throws {
    let given = try PassCase(401, 401)
    for isRow in [true, false] {
      var (rows, columns) = (given.rows, given.columns)
      if isRow { rows[row, 1] = .nan } else { columns[row, 1] = .nan }
      let pass = CrossingPass(Operand("queries", rows), Operand("keys", columns))
      let error = ContrastiveError.nonFinite(
        argument: isRow ? "queries" : "keys", row: row, column: 1, found: "nan")
      for count in [1, 3] {
        let workers = try Workers(count: count)
        #expect(throws: error) { try pass.readBoth(given.reader, workers: workers) }
        #expect(throws: error) { try pass.sums(writer(401), workers: workers) }
      }
    }
  }

  @Test func cancelsAtEachTile() throws {
    let given = try PassCase(500, 500)
    let pass = CrossingPass(given.row, given.column)
    try StopAt.eachReport { workers throws(ContrastiveError) in
      try pass.sums(writer(500), workers: workers).rows
    }
  }
}
