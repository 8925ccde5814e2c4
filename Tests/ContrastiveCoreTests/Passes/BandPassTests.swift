import ContrastiveCore
import Testing
import _TestSupport

/// A band of rows against all columns at a time, beside every row against every column and the
/// reverse.
@Suite struct BandPassTests {
  /// One band, several, uneven ones, and few or many columns.
  static let shapes = [
    (1, 1), (3, 70), (31, 33), (257, 257), (512, 512), (513, 1_025), (1_031, 1_031), (1_100, 90),
  ]

  private static let temperature = PassCase.temperature

  /// Softmaxes along the rows, each with a weight of its own.
  private static func side(_ first: Int, _ found: SoftmaxStatistics) -> SoftmaxWriter.Side {
    SoftmaxWriter.Side(
      shift: found.maximum.map { max($0, -1) },
      weight: found.sum.indices.map {
        Float(Double(1 + (first + $0) % 7) / max(found.sum[$0], 1))
      })
  }

  private static func sums(
    _ rows: Operand, _ columns: Operand, _ workers: Workers
  ) throws(ContrastiveError) -> (rows: Matrix, columns: Matrix) {
    try BandPass(rows: rows, columns: columns).sums(
      SoftmaxReader(temperature: temperature, excluding: [.diagonal]), workers: workers
    ) { band, found throws(ContrastiveError) in
      SoftmaxWriter(
        temperature: temperature, rows: side(band.lowerBound, found),
        excluding: [.selected(rows: Array(band), .diagonal)])
    }
  }

  @Test(arguments: shapes) func agreesWithBothRectangles(_ rows: Int, _ columns: Int) throws {
    let given = try PassCase(rows, columns)
    let reader = SoftmaxReader(temperature: Self.temperature, excluding: [.diagonal])
    let forward = RectanglePass(rows: given.row, columns: given.column)
    let blocks = try forward.read(reader, workers: .one)
    let sides = blocks.enumerated().map { Self.side($0 * forward.rowsPerBlock, $1) }
    let whole = SoftmaxWriter.Side(
      shift: sides.flatMap(\.shift), weight: sides.flatMap(\.weight))
    let own = try forward.sums(
      SoftmaxWriter(temperature: Self.temperature, rows: whole, excluding: [.diagonal]),
      workers: .one)
    let others = try RectanglePass(rows: given.column, columns: given.row).sums(
      SoftmaxWriter(
        temperature: Self.temperature, columns: whole, excluding: [.transposed(.diagonal)]),
      workers: .one)
    let found = try Self.sums(given.row, given.column, .one)
    PassInputs.expectClose(found.rows, own)
    PassInputs.expectClose(found.columns, others)
    for count in 2...5 {
      let again = try Self.sums(given.row, given.column, Workers(count: count))
      #expect(again.rows == found.rows && again.columns == found.columns, "\(count) threads")
    }
  }

  /// Processes, which compute similarities again for the columns, have the same bits.
  @Test(arguments: ProcessGroupTests.sizes, [1, 513, 1_100]) func sameBitsForAnyProcesses(
    _ size: Int, _ count: Int
  ) throws {
    let given = try PassCase(count, count)
    let alone = try Self.sums(given.row, given.column, .all)
    for result in ThreadedProcess.run(
      size, { group in try Self.sums(given.row, given.column, Workers.all.sharing(with: group)) })
    {
      let found = try result.get()
      #expect(found.rows == alone.rows && found.columns == alone.columns)
    }
  }

  /// Every row is in one band and one slice of it, and every column in one tile.
  @Test(arguments: shapes + [(4_096, 4_096), (5_700, 5_700), (60_000, 3)]) func gridCovers(
    _ rows: Int, _ columns: Int
  ) {
    let grid = BandGrid(rows: rows, columns: columns)
    let bands = (0..<grid.bands).map { grid.rows(band: $0) }
    let slices = bands.flatMap { band in
      (0..<grid.slices(of: band)).map { grid.rows(slice: $0, of: band) }
    }
    #expect(bands.flatMap(Array.init) == Array(0..<rows))
    #expect(slices.flatMap(Array.init) == Array(0..<rows) && !slices.contains(where: \.isEmpty))
    #expect((0..<grid.tiles).flatMap { grid.columns(tile: $0) } == Array(0..<columns))
    #expect(bands.allSatisfy { 4 * $0.count * columns <= grid.scratchBytes })
  }

  @Test(arguments: [0, 300, 700]) func namesWhatCannotBeUsed(_ row: Int) throws {
    let given = try PassCase(701, 701)
    for isRow in [true, false] {
      var (rows, columns) = (given.rows, given.columns)
      if isRow { rows[row, 1] = .nan } else { columns[row, 1] = .nan }
      let error = ContrastiveError.nonFinite(
        argument: isRow ? "queries" : "keys", row: row, column: 1, found: "nan")
      for count in [1, 3] {
        let workers = try Workers(count: count)
        #expect(throws: error) {
          try Self.sums(Operand("queries", rows), Operand("keys", columns), workers)
        }
      }
    }
  }

  @Test func cancelsAtEachPiece() throws {
    let given = try PassCase(1_030, 500)
    try StopAt.eachReport { workers throws(ContrastiveError) in
      try Self.sums(given.row, given.column, workers).rows
    }
  }
}
