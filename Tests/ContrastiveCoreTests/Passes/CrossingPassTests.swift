import ContrastiveCore
import Testing

/// Two sets of the same size, each tile serving both, beside every row against every column and the
/// reverse.
@Suite struct CrossingPassTests {
  /// Every size of blocks, odd and even numbers of them, and around their edges.
  static let sizes = [1, 2, 127, 128, 129, 257, 641, 1_024, 1_025, 1_281, 4_225]

  /// Every block of one set is paired with every block of the other once, and is in one pair of
  /// each round.
  @Test(arguments: sizes + [60_000]) func everyPairOccursOnce(rows: Int) {
    let grid = CrossingGrid(rows: rows)
    let ofOne = 0..<grid.blocksOfSet
    #expect(
      (0..<grid.pairs).map(grid.pair).allSatisfy { pair in
        ofOne ~= pair.first && pair.second.map { $0 >= ofOne.upperBound } == true
      })
    #expect(PassInputs.pairs(of: grid) == ofOne.count * ofOne.count)
  }

  /// Rows and columns weighted differently.
  private func writer(rows: Int, transposed: Bool) -> SoftmaxWriter {
    let shift = [Float](repeating: 0, count: rows)
    let own = SoftmaxWriter.Side(shift: shift, weight: (0..<rows).map { 1 + Float($0 % 7) })
    let other = SoftmaxWriter.Side(
      shift: shift, weight: (0..<rows).map { 2 - Float($0 % 5) / 4 })
    return SoftmaxWriter(
      temperature: 0.5, rows: transposed ? other : own, columns: transposed ? own : other,
      excluding: [.diagonal])
  }

  @Test(arguments: sizes) func agreesWithBothRectangles(rows: Int) throws {
    let queries = try PassInputs.drawn("queries", rows: rows, seed: 1)
    let keys = try PassInputs.drawn("keys", rows: rows, seed: 2)
    let reader = PassInputs.reader
    let forward = RectanglePass(rows: queries, columns: keys)
    let backward = RectanglePass(rows: keys, columns: queries)
    let ahead = try forward.read(reader, workers: .one).flatMap(\.sum)
    let back = try backward.read(reader, workers: .one).flatMap(\.sum)
    let own = try forward.sums(writer(rows: rows, transposed: false), workers: .one)
    let others = try backward.sums(writer(rows: rows, transposed: true), workers: .one)
    let pass = CrossingPass(queries, keys)
    var known: (sums: [Double], rows: Matrix, columns: Matrix)?
    for (maxBytes, count) in [(0, 1), (1 << 20, 2), (1 << 20, 3), (KeptTiles.maxBytes, 7)] {
      let workers = try Workers(count: count)
      let read = try pass.readBothKeeping(reader, maxBytes: maxBytes, workers: workers)
      let sums = (read.rows + read.columns).flatMap(\.sum)
      let written = try pass.sums(
        writer(rows: rows, transposed: false), kept: read.kept, workers: workers)
      PassInputs.expectClose(sums, ahead + back)
      PassInputs.expectClose(written.rows, own)
      PassInputs.expectClose(written.columns, others)
      // The same bits for any threads, and however many tiles are kept.
      if let known {
        #expect(known.sums == sums)
        #expect(known.rows == written.rows && known.columns == written.columns)
      }
      known = (sums, written.rows, written.columns)
    }
    let oneSide = try pass.readRows(reader, workers: .all).statistics.flatMap(\.sum)
    PassInputs.expectClose(oneSide, ahead)
  }

  /// An element that is not finite is named in whichever set it stands.
  @Test(arguments: [0, 300, 1_300]) func namesWhatIsNotFinite(row: Int) throws {
    let whole = try Matrix(
      rows: 1_301, columns: 3, values: [Float](repeating: 0.5, count: 1_301 * 3))
    var values = Array(whole.values)
    values[3 * row + 1] = .nan
    let broken = try Matrix(rows: 1_301, columns: 3, values: values)
    for (queries, keys, name) in [(broken, whole, "queries"), (whole, broken, "keys")] {
      let pass = CrossingPass(Operand("queries", queries), Operand("keys", keys))
      #expect(
        throws: ContrastiveError.nonFinite(argument: name, row: row, column: 1, found: "nan")
      ) {
        _ = try pass.readBoth(SoftmaxReader(temperature: 1), workers: .all)
      }
    }
  }
}
