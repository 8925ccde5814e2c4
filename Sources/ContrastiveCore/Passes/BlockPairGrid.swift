/// How similarities are cut into tiles that serve both their rows and their columns.
///
/// Rows are cut into blocks, of one set or of two of the same size. Pairs of blocks follow a
/// round-robin schedule: in a round no block is in two tiles, so that each tile may write to both
/// of its blocks, and each block is paired in an order that depends on the problem alone.
package protocol BlockPairGrid: Sendable {
  /// Rows of each set.
  var rows: Int { get }

  /// Blocks of all sets.
  var blocks: Int { get }

  /// Blocks of a set to aim for, where it has enough rows.
  static var wantedBlocks: Int { get }

  /// Number of pairs.
  var pairs: Int { get }

  /// A pair of blocks; every pair occurs once.
  func pair(_ index: Int) -> BlockPair

  /// Rows of a block, counted in its own set.
  func rows(block: Int) -> Range<Int>

  /// The first row of a block, counted through all sets.
  func start(block: Int) -> Int
}

/// Two blocks, or one with itself.
package struct BlockPair: Equatable, Sendable {
  /// The round: pairs that either block was in before.
  package let round: Int
  package let first: Int
  /// None where the first has no partner in this round.
  package let second: Int?
}

extension BlockPairGrid {
  /// Rows of every block but a set's last.
  package var rowsPerBlock: Int {
    BlockSizes.current.pairBlockRows(of: rows, blocks: Self.wantedBlocks)
  }

  /// Rows of the largest block.
  package var blockRows: Int { min(rows, rowsPerBlock) }

  /// Elements of the largest tile.
  package var tileSize: Int { blockRows * blockRows }

  /// Blocks of each set.
  package var blocksOfSet: Int { pieces(rows, rowsPerBlock) }

  /// Rows of a set's block.
  package func rows(blockOfSet block: Int) -> Range<Int> {
    (block * rowsPerBlock)..<min(rows, (block + 1) * rowsPerBlock)
  }

  /// Bytes of scratch a pass holds at most: a tile and its transpose for each worker.
  ///
  /// ```
  /// 8 · W · blockRows²
  /// ```
  /// with W the workers, at most one for each pair.
  package func scratchBytes(workers: Workers) -> Int {
    8 * min(workers.count, max(1, pairs)) * tileSize
  }
}
