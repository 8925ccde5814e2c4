import ContrastiveCore
import Testing
import _TestSupport

/// A set against itself, each pair once, beside every row against every row.
@Suite struct SymmetricSweepTests {
  /// Every size of blocks, odd and even numbers of them, and around their edges.
  static let sizes = [1, 2, 127, 128, 129, 256, 257, 641, 1_024, 1_025, 1_280, 1_281, 1_537, 4_225]

  /// Every pair of blocks meets once, and no block has two meetings in one turn or skips one.
  @Test(arguments: sizes + [100_000]) func everyPairMeetsOnce(rows: Int) {
    let grid = SymmetricGrid(rows: rows)
    #expect(SweptSets.pairs(of: grid) == grid.blocks * (grid.blocks + 1) / 2)
  }

  private func coefficients(rows: Int) -> SoftmaxCoefficients {
    let side = SoftmaxCoefficients.Side(
      shift: [Float](repeating: 0, count: rows), weight: (0..<rows).map { 1 + Float($0 % 7) })
    return SoftmaxCoefficients(
      temperature: 0.5, rows: side, columns: side, excluding: [.diagonal])
  }

  /// Statistics and sums agree with the rectangular sweep, and are the same bits for any threads.
  ///
  /// Worst error seen: 6.5e-7 of the largest sum, 1.2e-6 of a row's statistics.
  @Test(arguments: sizes) func agreesWithTheRectangle(rows: Int) throws {
    let set = try SweptSets.drawn("rows", rows: rows, seed: 1)
    let statistics = SweptSets.statistics
    let coefficients = coefficients(rows: rows)

    let plain = TiledSweep(rows: set, columns: set)
    let expected = try plain.run(statistics, accumulating: false, workers: .one).blocks
    let expectedSums = try #require(
      try plain.run(coefficients, accumulating: true, workers: .one).accumulated)
    var known: (sums: [Double], matrix: Matrix)?
    for count in [1, 2, 3, 7] {
      let workers = try Workers(count: count)
      let sweep = TiledSweep(symmetric: set)
      let blocks = try sweep.run(statistics, accumulating: false, workers: workers).blocks
      let matrix = try #require(
        try sweep.run(coefficients, accumulating: true, workers: workers).accumulated)
      let sums = blocks.flatMap(\.sum)
      // Transposed tiles are the same bits with some kernels of the BLAS only.
      expectClose(
        blocks.flatMap(\.maximum), expected.flatMap(\.maximum).map(Double.init), within: 3e-7)
      for (a, b) in zip(sums, expected.flatMap(\.sum)) { #expect(abs(a - b) <= 2e-6 * b) }
      let largest = expectedSums.values.map(abs).max() ?? 0
      #expect(zip(matrix.values, expectedSums.values).allSatisfy { abs($0 - $1) <= 2e-6 * largest })
      if let known { #expect(known.sums == sums && known.matrix == matrix) }
      known = (sums, matrix)
    }
  }

  /// Similarities that a sweep leaves for the next one change no bit, however many there is room
  /// for.
  @Test(arguments: sizes) func keptTilesChangeNothing(rows: Int) throws {
    let set = try SweptSets.drawn("rows", rows: rows, seed: 1)
    let statistics = SweptSets.statistics
    let coefficients = coefficients(rows: rows)
    let sweep = TiledSweep(symmetric: set)
    let expected = try sweep.run(statistics, accumulating: false, workers: .one).blocks
    let expectedSums = try sweep.run(coefficients, accumulating: true, workers: .one).accumulated
    for (mostBytes, count) in [(0, 2), (1 << 20, 1), (1 << 20, 3), (KeptTiles.mostBytes, 2)] {
      let workers = try Workers(count: count)
      let kept = KeptTiles(SymmetricGrid(rows: rows), mostBytes: mostBytes)
      // Twice: what was taken is filled again.
      for _ in 0..<2 {
        let blocks = try sweep.run(statistics, accumulating: false, kept: kept, workers: workers)
          .blocks
        #expect(blocks.flatMap(\.sum) == expected.flatMap(\.sum))
        #expect(kept.slots.areFilled)
        let sums = try sweep.run(coefficients, accumulating: true, kept: kept, workers: workers)
          .accumulated
        #expect(sums == expectedSums)
        #expect(!kept.slots.areFilled)
      }
    }
    let whole = 4 * (rows + 256) * (rows + 256)
    #expect(KeptTiles.bytes(SymmetricGrid(rows: rows)) <= min(KeptTiles.mostBytes, whole))
  }

  /// An element that is not finite is named wherever it stands.
  @Test(arguments: [0, 300, 1_300]) func namesWhatIsNotFinite(row: Int) throws {
    var values = [Float](repeating: 0.5, count: 1_301 * 3)
    values[3 * row + 1] = .nan
    let sweep = TiledSweep(
      symmetric: Operand("views", try Matrix(rows: 1_301, columns: 3, values: values)))
    #expect(
      throws: ContrastiveError.nonFinite(argument: "views", row: row, column: 1, found: "nan")
    ) {
      _ = try sweep.run(RunningSoftmax(temperature: 1), accumulating: false, workers: .all)
    }
  }
}
