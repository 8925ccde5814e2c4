/// How similarities are cut into tiles that serve both their rows and their columns.
///
/// Rows are cut into blocks, of one set or of two of the same size. Blocks meet in rounds: in a round no
/// block takes part in two tiles, so each tile may write to both of its blocks, and each block sees its
/// partners in an order that depends on the problem alone.
package protocol MeetingGrid: Sendable {
  /// Rows of each set.
  var rows: Int { get }

  /// Blocks of all sets.
  var blocks: Int { get }

  /// Number of meetings.
  var meetings: Int { get }

  /// Every pair of blocks that meets does so once.
  func meeting(_ index: Int) -> Meeting

  /// Rows of a block, counted in its own set.
  func rows(block: Int) -> Range<Int>

  /// The first row of a block, counted through all sets.
  func place(block: Int) -> Int
}

/// Two blocks that meet, or one with itself.
package struct Meeting: Equatable, Sendable {
  /// Turns either has had before.
  package let turn: Int
  package let first: Int
  /// None for a turn without a partner.
  package let second: Int?
}

/// The size of blocks.
package enum MeetingBlocks {
  /// Most rows of a block; a tile and its mirror image are then 256 KiB each.
  ///
  /// Blocks of 512 rows are as fast, but for the tiles on a diagonal, of which both halves are
  /// computed.
  package static let mostRows = 256
  /// Sets of more rows than this are cut into the largest blocks; smaller sets into halves of them,
  /// or a few hundred rows would leave a second worker idle half of the time.
  fileprivate static let smallSet = 1024
}

extension MeetingGrid {
  /// Rows of every block but a set's last.
  package var rowsPerBlock: Int {
    rows > MeetingBlocks.smallSet ? MeetingBlocks.mostRows : MeetingBlocks.mostRows / 2
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

  /// Bytes of scratch a sweep holds at most: a tile, its mirror image and two columns of factors for
  /// each worker.
  ///
  /// ```
  /// 8 · W · blockRows · (blockRows + 1)
  /// ```
  /// with W the workers, at most one for each meeting.
  package func scratchBytes(workers: Workers) -> Int {
    8 * min(workers.count, max(1, meetings)) * blockRows * (blockRows + 1)
  }
}
