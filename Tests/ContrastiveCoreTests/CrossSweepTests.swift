import ContrastiveCore
import Testing

/// Two sets of the same size, each tile serving both, beside every row against every column and the
/// reverse.
@Suite struct CrossSweepTests {
  /// Every size of blocks, odd and even numbers of them, and around their edges.
  static let sizes = [1, 2, 127, 128, 129, 257, 641, 1_024, 1_025, 1_281, 4_225]

  /// Every block of one set meets every block of the other once, and has one meeting in each turn.
  @Test(arguments: sizes + [60_000]) func everyPairMeetsOnce(rows: Int) {
    let grid = CrossGrid(rows: rows)
    let ofOne = 0..<grid.blocksOfSet
    #expect(
      (0..<grid.meetings).map(grid.meeting).allSatisfy { meeting in
        ofOne ~= meeting.first && meeting.second.map { $0 >= ofOne.upperBound } == true
      })
    #expect(SweptSets.pairs(of: grid) == ofOne.count * ofOne.count)
  }

  /// Rows and columns weighted differently.
  private func coefficients(rows: Int, exchanged: Bool) -> SoftmaxCoefficients {
    let shift = [Float](repeating: 0, count: rows)
    let own = SoftmaxCoefficients.Side(
      shift: shift, weight: (0..<rows).map { 1 + Float($0 % 7) })
    let other = SoftmaxCoefficients.Side(
      shift: shift, weight: (0..<rows).map { 2 - Float($0 % 5) / 4 })
    return SoftmaxCoefficients(
      temperature: 0.5, rows: exchanged ? other : own, columns: exchanged ? own : other,
      excluding: [.diagonal])
  }

  /// Worst error seen: 9.9e-7 of the largest sum, 2.9e-7 of a row's statistics.
  @Test(arguments: sizes) func agreesWithBothRectangles(rows: Int) throws {
    let queries = try SweptSets.drawn("queries", rows: rows, seed: 1)
    let keys = try SweptSets.drawn("keys", rows: rows, seed: 2)
    let statistics = SweptSets.statistics
    let forward = TiledSweep(rows: queries, columns: keys)
    let backward = TiledSweep(rows: keys, columns: queries)
    let expected =
      try forward.run(statistics, accumulating: false, workers: .one).blocks.flatMap(\.sum)
      + backward.run(statistics, accumulating: false, workers: .one).blocks.flatMap(\.sum)
    let own = try #require(
      try forward.run(
        coefficients(rows: rows, exchanged: false), accumulating: true, workers: .one
      ).accumulated)
    let others = try #require(
      try backward.run(
        coefficients(rows: rows, exchanged: true), accumulating: true, workers: .one
      ).accumulated)
    let expectedSums = own.values + others.values
    let largest = expectedSums.map(abs).max() ?? 0
    let sweep = TiledSweep(crossing: queries, keys, bothWays: true)
    var known: (sums: [Double], matrix: Matrix)?
    for (mostBytes, count) in [(0, 1), (1 << 20, 2), (1 << 20, 3), (KeptTiles.mostBytes, 7)] {
      let workers = try Workers(count: count)
      let kept = KeptTiles(CrossGrid(rows: rows), mostBytes: mostBytes)
      let sums = try sweep.run(statistics, accumulating: false, kept: kept, workers: workers)
        .blocks.flatMap(\.sum)
      let matrix = try #require(
        try sweep.run(
          coefficients(rows: rows, exchanged: false), accumulating: true, kept: kept,
          workers: workers
        ).accumulated)
      #expect(sums.count == 2 * rows && matrix.rows == 2 * rows)
      for (a, b) in zip(sums, expected) { #expect(abs(a - b) <= 2e-6 * b) }
      #expect(zip(matrix.values, expectedSums).allSatisfy { abs($0 - $1) <= 2e-6 * largest })
      // The same bits for any threads, and however many tiles are kept.
      if let known { #expect(known.sums == sums && known.matrix == matrix) }
      known = (sums, matrix)
    }
    let oneWay = try TiledSweep(crossing: queries, keys, bothWays: false).run(
      statistics, accumulating: false, workers: .all
    ).blocks.flatMap(\.sum)
    #expect(oneWay.count == rows)
    for (a, b) in zip(oneWay, expected) { #expect(abs(a - b) <= 2e-6 * b) }
  }

  /// An element that is not finite is named in whichever set it stands.
  @Test(arguments: [0, 300, 1_300]) func namesWhatIsNotFinite(row: Int) throws {
    let whole = try Matrix(
      rows: 1_301, columns: 3, values: [Float](repeating: 0.5, count: 1_301 * 3))
    var values = whole.values
    values[3 * row + 1] = .nan
    let broken = try Matrix(rows: 1_301, columns: 3, values: Array(values))
    let all = RunningSoftmax(temperature: 1, readsOnly: true)
    for (queries, keys, name) in [(broken, whole, "queries"), (whole, broken, "keys")] {
      let sweep = TiledSweep(
        crossing: Operand("queries", queries), Operand("keys", keys), bothWays: true)
      #expect(
        throws: ContrastiveError.nonFinite(argument: name, row: row, column: 1, found: "nan")
      ) {
        _ = try sweep.run(all, accumulating: false, workers: .all)
      }
    }
  }
}
