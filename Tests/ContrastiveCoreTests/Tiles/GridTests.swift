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
    #expect(small.pairBlockRows(of: 1_024) == 128 && small.pairBlockRows(of: 1_025) == 256)
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
}
