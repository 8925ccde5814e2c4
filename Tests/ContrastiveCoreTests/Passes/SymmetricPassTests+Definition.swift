import ContrastiveCore
import Foundation
import Testing
import _TestSupport

extension SymmetricPassTests {
  static let shapes = [1, 2, 3, 61, 127, 128, 129, 257, 1_024, 1_025, 1_031, 4_097]

  private func writer(_ rows: Int) -> SoftmaxWriter {
    let side = PassCase.side(rows)
    return SoftmaxWriter(temperature: PassCase.temperature, rows: side, columns: side)
  }

  /// Worst error seen: 4.1e-8 of a log-sum-exp, 2.6e-7 of the largest sum.
  @Test(arguments: shapes) func agreesWithDouble(_ rows: Int) throws {
    let given = try PassCase(symmetric: rows)
    let pass = SymmetricPass(given.row)
    let sample = PassCase.sample(rows)
    let logSums = PassCase.logSums(try pass.read(given.reader, workers: .all))
    #expect(logSums.count == rows)
    expectClose(sample.map { logSums[$0] }, given.logSums(sample), within: 2e-6)
    let sums = try pass.sums(writer(rows), workers: .all)
    expectClose(sums.rows(at: sample), given.sums(sample, isPair: true), within: 3e-6)
  }

  /// The same bits, however many threads there are and however many tiles are kept.
  @Test(arguments: [3, 129, 1_031, 1_537]) func sameBitsForAnyThreads(_ rows: Int) throws {
    let given = try PassCase(symmetric: rows)
    let pass = SymmetricPass(given.row)
    let statistics = try pass.read(given.reader, workers: .one)
    let sums = try pass.sums(writer(rows), workers: .one)
    for count in 1...7 {
      let workers = try Workers(count: count)
      for maxBytes in [0, 1 << 18, KeptTiles.maxBytes] {
        let (found, kept) = try pass.readKeeping(
          given.reader, maxBytes: maxBytes, workers: workers)
        #expect(found.flatMap(\.sum) == statistics.flatMap(\.sum), "\(count), \(maxBytes)")
        #expect(
          try pass.sums(writer(rows), kept: kept, workers: workers) == sums,
          "\(count), \(maxBytes)")
      }
    }
  }

  /// Exclusions hold for both rows of a pair, symmetric or not.
  @Test(arguments: [5, 300]) func exclusionsHoldForBothSides(_ rows: Int) throws {
    let given = try PassCase(symmetric: rows)
    let lists = RowLists((0..<rows).map { [($0 + 1) % rows, ($0 * 7) % rows].filter { $0 > 1 } })
    #expect(!lists.isSymmetric)
    for exclusions in [[.diagonal], [.listed(lists)], [.diagonal, .listed(lists)]]
      as [[Exclusion]]
    {
      let reader = SoftmaxReader(temperature: 0.5, excluding: exclusions)
      let found = PassCase.logSums(
        try SymmetricPass(given.row).read(reader, workers: Workers(count: 3)))
      let expected = PassCase.logSums(
        try RectanglePass(rows: given.row, columns: given.row).read(reader, workers: .one))
      expectClose(found, expected, within: 1e-6, "\(exclusions.count)")
    }
  }

  @Test(arguments: [0, 129, 400]) func namesWhatCannotBeUsed(_ row: Int) throws {
    var rows = try PassCase(symmetric: 401).rows
    rows[row, 2] = .nan
    let pass = SymmetricPass(Operand("embeddings", rows))
    for count in [1, 3] {
      let workers = try Workers(count: count)
      let error = ContrastiveError.nonFinite(
        argument: "embeddings", row: row, column: 2, found: "nan")
      #expect(throws: error) {
        try pass.read(SoftmaxReader(temperature: 1), workers: workers)
      }
      #expect(throws: error) { try pass.sums(writer(401), workers: workers) }
    }
  }

  @Test func cancelsAtEachTile() throws {
    let given = try PassCase(symmetric: 500)
    let pass = SymmetricPass(given.row)
    let expected = try StopAt.eachReport { workers throws(ContrastiveError) in
      try pass.sums(writer(500), workers: workers)
    }
    #expect(try pass.sums(writer(500), workers: Workers(count: 3)) == expected)
  }
}
