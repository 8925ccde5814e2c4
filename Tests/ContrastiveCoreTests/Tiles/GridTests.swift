import ContrastiveCore
import Testing

@Suite struct GridTests {
  /// Rows and columns are covered once, by blocks and by chunks of tiles.
  @Test(arguments: [0, 1, 255, 256, 257, 511, 512, 513, 10_007], [0, 1, 383, 384, 513, 100_003])
  func tilesCoverTheMatrix(_ rows: Int, _ columns: Int) {
    let grid = TileGrid(rows: rows, columns: columns)
    #expect((0..<grid.rowBlocks).flatMap { Array(grid.rows(block: $0)) } == Array(0..<rows))
    #expect((0..<grid.columnTiles).flatMap { Array(grid.columns(tile: $0)) } == Array(0..<columns))
    #expect(
      (0..<grid.chunks).flatMap { Array(grid.tiles(chunk: $0)) } == Array(0..<grid.columnTiles))
  }

  /// Today's sizes on processors of 512 KiB of second-level cache and more.
  @Test func blockSizesFollowTheCache() {
    for bytes in [0, 1 << 19, 2 << 20] {
      let sizes = BlockSizes(secondLevelCache: bytes)
      #expect(sizes.tallRows == 512 && sizes.tallColumns == 384)
      #expect(sizes.wideRows == 256 && sizes.wideColumns == 512)
      #expect(sizes.maxPairBlockRows == 384 && sizes.maxColumns == 512)
    }
    let small = BlockSizes(secondLevelCache: 1 << 18)
    #expect(small.tallColumns == 192 && small.wideColumns == 256)
    #expect(small.maxPairBlockRows == 256 && small.maxColumns == 256)
    let rows = [1, 512, 2_048, 8_192, 100_000].map { small.pairBlockRows(of: $0, blocks: 32) }
    #expect(rows == [32, 32, 64, 256, 256])
  }

  @Test func listsAreKnownByRow() {
    let lists = RowLists([[3, 1], [], [0]])
    #expect(lists.rows == 3 && lists.count == 3)
    #expect(lists[0].map { Int($0) } == [3, 1] && lists[1].isEmpty)
    #expect(lists.places(of: 2) == 2..<3 && lists.column(at: 2) == 0)
    #expect(!lists.isSymmetric && RowLists([[1], [0]]).isSymmetric)
    #expect(RowLists(single: [1, 0, 2]).isSymmetric && !RowLists(single: [1, 2, 0]).isSymmetric)
    #expect(!RowLists(single: [7]).isSymmetric)
  }

  @Test func groupsStandSideBySide() {
    let groups = RowGroups(lengths: [2, 1, 3])
    #expect(groups.rows == 6)
    #expect((0..<6).map { groups[$0] } == [0..<2, 0..<2, 2..<3, 3..<6, 3..<6, 3..<6])
    let all = Similarities(6, 6, seed: 1)
    func meet(_ rows: Range<Int>, _ columns: Range<Int>) -> Bool {
      var found = false
      all.tile(rows, columns) { found = groups.meet($0) }
      return found
    }
    #expect(meet(0..<1, 1..<6) && meet(3..<4, 5..<6) && meet(0..<6, 2..<3))
    #expect(!meet(0..<2, 2..<6) && !meet(3..<6, 0..<3) && !meet(0..<3, 3..<6))
  }

  /// With 16 workers the longest chain of units of a pass is at most a twelfth of its work for
  /// 2,048 rows and a sixth for 512, whatever the pass.
  @Test(arguments: [(512, 1.0 / 6), (2_048, 1.0 / 12), (8_192, 1.0 / 12)])
  func smallSetsUseAllWorkers(_ rows: Int, _ most: Double) {
    for columns in [rows, 4 * rows, 65_536] {
      // Worst: 1/11 for 512 rows, 1/12 for 2,048, 1/16 for 8,192.
      #expect(criticalPath(TileGrid(rows: rows, columns: columns)) <= most, "\(columns)")
    }
    // 1/8.5, 1/15.5, 1/15.5.
    #expect(criticalPath(SymmetricGrid(rows: rows)) <= most)
    // 1/16 each.
    #expect(criticalPath(CrossingGrid(rows: rows)) <= most)
  }

  /// Few queries of a large bank have work for everybody, too.
  @Test(arguments: [16, 64, 256, 300, 600, 1_000, 1_500, 5_000, 10_000])
  func fewRowsAndManyColumnsUseAllWorkers(_ rows: Int) {
    // Worst: 1/10.7 for 600 rows.
    #expect(criticalPath(TileGrid(rows: rows, columns: 50_000)) <= 0.1)
  }

  /// The share of the work that 16 workers take after each other, units handed out in order.
  private func criticalPath(_ grid: TileGrid) -> Double {
    var free = [Int](repeating: 0, count: 16)
    var total = 0
    for unit in 0..<grid.units {
      let (block, chunk) = unit.quotientAndRemainder(dividingBy: grid.chunks)
      let columns = grid.tiles(chunk: chunk).reduce(0) { $0 + grid.columns(tile: $1).count }
      let work = grid.rows(block: block).count * columns
      let worker = free.indices.min { free[$0] < free[$1] } ?? 0
      free[worker] += work
      total += work
    }
    return Double(free.max() ?? 0) / Double(total)
  }

  /// The same of pairs, each of which waits for its blocks' earlier rounds.
  private func criticalPath(_ grid: some BlockPairGrid) -> Double {
    var free = [Int](repeating: 0, count: 16)
    var ready = [Int](repeating: 0, count: grid.blocks)
    var total = 0
    for index in 0..<grid.pairs {
      let pair = grid.pair(index)
      guard let second = pair.second else { continue }
      let work = grid.rows(block: pair.first).count * grid.rows(block: second).count
      let worker = free.indices.min { free[$0] < free[$1] } ?? 0
      free[worker] = max(free[worker], ready[pair.first], ready[second]) + work
      (ready[pair.first], ready[second]) = (free[worker], free[worker])
      total += work
    }
    return Double(free.max() ?? 0) / Double(total)
  }
}
