import ContrastiveCore
import Foundation
import Testing
import _TestSupport

@Suite struct RectanglePassTests {
  /// One, three, primes, and around the edges of tiles and row blocks.
  static let shapes = [
    (1, 1), (3, 1), (1, 3), (61, 127), (255, 383), (256, 512), (257, 513), (512, 384), (513, 385),
    (2, 20_011), (1_031, 769),
  ]

  /// Worst error seen: 4.7e-8 of a log-sum-exp, 3.9e-7 of the largest sum.
  @Test(arguments: shapes) func agreesWithDouble(_ shape: (Int, Int)) throws {
    let given = try PassCase(shape.0, shape.1)
    let pass = RectanglePass(rows: given.row, columns: given.column)
    let sample = PassCase.sample(shape.0)
    let statistics = try pass.read(given.reader, workers: .one)
    let logSums = PassCase.logSums(statistics)
    #expect(logSums.count == shape.0)
    expectClose(sample.map { logSums[$0] }, given.logSums(sample), within: 2e-6)
    #expect(statistics.dropLast().allSatisfy { $0.sum.count == pass.rowsPerBlock })

    let writer = SoftmaxWriter(
      temperature: PassCase.temperature, rows: PassCase.side(shape.0))
    let sums = try pass.sums(writer, workers: .one)
    expectClose(sums.rows(at: sample), given.sums(sample), within: 3e-6)

    // Both in one pass: the sum over exp((s − m)/temperature), to be divided by Σ exp.
    let (online, both) = try pass.readAndSum(given.reader, workers: .one)
    #expect(PassCase.logSums(online).count == shape.0)
    let (maxima, totals) = (online.flatMap(\.maximum), online.flatMap(\.sum))
    let onlineSums = try #require(both)
    let weights = PassCase.side(shape.0).weight
    let means = sample.map { row in
      onlineSums.row(row).map { Double($0) / totals[row] }
    }
    let expected = zip(sample, given.sums(sample)).map { row, sum in
      sum.map {
        $0 / Double(weights[row]) / exp(logSums[row])
      }
    }
    for (found, wanted) in zip(means, expected) {
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 2e-6) }
    }
    #expect(maxima == statistics.flatMap(\.maximum))
    #expect(try pass.readAndSum(given.reader, summing: false, workers: .one).sums == nil)
  }

  @Test(arguments: [(3, 20_011), (257, 513), (1_031, 769)]) func sameBitsForAnyThreads(
    _ shape: (Int, Int)
  ) throws {
    let given = try PassCase(shape.0, shape.1)
    let pass = RectanglePass(rows: given.row, columns: given.column)
    let writer = SoftmaxWriter(temperature: 0.5, rows: PassCase.side(shape.0))
    let statistics = try pass.read(given.reader, workers: .one)
    let sums = try pass.sums(writer, workers: .one)
    let both = try pass.readAndSum(given.reader, workers: .one)
    for count in 2...7 {
      let workers = try Workers(count: count)
      let found = try pass.read(given.reader, workers: workers)
      #expect(found.flatMap(\.sum) == statistics.flatMap(\.sum), "\(count) threads")
      #expect(found.flatMap(\.spread) == statistics.flatMap(\.spread), "\(count) threads")
      #expect(try pass.sums(writer, workers: workers) == sums, "\(count) threads")
      let again = try pass.readAndSum(given.reader, workers: workers)
      #expect(again.sums == both.sums, "\(count) threads")
      #expect(again.statistics.flatMap(\.sum) == both.statistics.flatMap(\.sum))
    }
  }

  @Test func columnsInHalfPrecisionAreWidened() throws {
    let given = try PassCase(7, 1_100)
    let half = try HalfMatrix(rounding: given.columns)
    let (narrow, wide) = (Operand("bank", half), Operand("bank", half.widened))
    let writer = SoftmaxWriter(temperature: 0.5, rows: PassCase.side(7))
    let a = RectanglePass(rows: given.row, columns: narrow)
    let b = RectanglePass(rows: given.row, columns: wide)
    for count in 1...3 {
      let workers = try Workers(count: count)
      #expect(
        try a.read(given.reader, workers: workers).flatMap(\.sum)
          == b.read(given.reader, workers: .one).flatMap(\.sum))
      #expect(try a.sums(writer, workers: workers) == b.sums(writer, workers: .one))
    }
  }

  static let faults: [(value: Float, isRow: Bool, row: Int)] = [
    (.nan, true, 0), (.infinity, true, 700), (-.infinity, false, 0), (.nan, false, 1_300),
    (1e19, true, 300), (-2e18, false, 512),
  ]

  @Test(arguments: faults) func namesWhatCannotBeUsed(
    _ value: Float, _ isRow: Bool, _ row: Int
  ) throws {
    let given = try PassCase(701, 1_301)
    var (rows, columns) = (given.rows, given.columns)
    if isRow { rows[row, 3] = value } else { columns[row, 3] = value }
    let operand = Operand(isRow ? "queries" : "keys", isRow ? rows : columns)
    let pass = RectanglePass(rows: Operand("queries", rows), columns: Operand("keys", columns))
    let error: ContrastiveError =
      value.isFinite
      ? .tooLarge(
        argument: operand.name, row: row, column: 3, found: "\(value)", limit: "\(operand.limit)")
      : .nonFinite(argument: operand.name, row: row, column: 3, found: "\(value)")
    for workers in [Workers.one, try Workers(count: 3)] {
      #expect(throws: error) { try pass.read(given.reader, workers: workers) }
      #expect(throws: error) {
        try pass.sums(SoftmaxWriter(temperature: 1), workers: workers)
      }
      #expect(throws: error) { try pass.readAndSum(given.reader, workers: workers) }
    }
  }

  /// Of several faults the first of the rows is named, else the first of the columns.
  @Test func theFirstFaultIsNamed() throws {
    let given = try PassCase(701, 1_301)
    var (rows, columns) = (given.rows, given.columns)
    columns[5, 1] = .nan
    columns[900, 0] = .nan
    func expect(_ name: String, _ row: Int, _ column: Int) throws {
      let pass = RectanglePass(rows: Operand("a", rows), columns: Operand("b", columns))
      for count in [1, 2, 5] {
        let workers = try Workers(count: count)
        #expect(
          throws: ContrastiveError.nonFinite(
            argument: name, row: row, column: column, found: "nan")
        ) { try pass.read(given.reader, workers: workers) }
      }
    }
    try expect("b", 5, 1)
    rows[650, 2] = .nan
    rows[600, 4] = .nan
    try expect("a", 600, 4)
  }

  /// Stopped at each tile in turn: a typed error, within two tiles, and the engine works on.
  @Test func cancelsAtEachTile() throws {
    let given = try PassCase(300, 3_000)
    let pass = RectanglePass(rows: given.row, columns: given.column)
    let writer = SoftmaxWriter(temperature: 0.5, rows: PassCase.side(300))
    let all = StopAt(.max)
    let expected = try pass.sums(writer, workers: .one.reporting { all($0) })
    let tiles = all.reports.count
    #expect(tiles >= 6)
    #expect(all.reports.last?.fraction == 1 && all.reports.allSatisfy { $0.pass == 1 })
    #expect(zip(all.reports, all.reports.dropFirst()).allSatisfy { $0.fraction < $1.fraction })
    for stop in 1...tiles {
      for count in [1, 2, 3] {
        let stopping = StopAt(stop)
        let workers = try Workers(count: count).reporting { stopping($0) }
        // With more workers the first may come to fewer tiles than are asked for.
        do {
          let found = try pass.sums(writer, workers: workers)
          #expect(found == expected && stopping.reports.count < stop && count > 1)
        } catch {
          #expect(error == .canceled)
          #expect(stopping.reports.count <= stop + 1)
          #expect(throws: ContrastiveError.canceled) {
            try pass.read(given.reader, workers: workers)
          }
        }
      }
    }
    #expect(try pass.sums(writer, workers: Workers(count: 2)) == expected)
  }

  @Test func aCanceledTaskEndsIt() async throws {
    let task = Task { () throws -> Bool in
      while !Task.isCancelled { await Task.yield() }
      let given = try PassCase(300, 3_000)
      let pass = RectanglePass(rows: given.row, columns: given.column)
      do {
        _ = try pass.read(given.reader, workers: Workers(count: 2))
        return false
      } catch ContrastiveError.canceled { return true }
    }
    task.cancel()
    #expect(try await task.value)
  }
}
