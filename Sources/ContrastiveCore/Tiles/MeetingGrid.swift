/// How similarities are cut into tiles that serve both their rows and their columns.
///
/// Rows are cut into blocks, of one set or of two of the same size. Blocks meet in rounds: in a
/// round no block takes part in two tiles, so each tile may write to both of its blocks, and each
/// block sees its partners in an order that depends on the problem alone.
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
  /// Rows of the largest block; a tile and its mirror image are then 576 KiB each.
  package static let mostRows = 384

  /// Rows of the blocks of a set.
  ///
  /// Of smaller sets a larger share is on the diagonal, where both halves of a tile are computed;
  /// and of a few hundred rows in large blocks a second worker would be idle half of the time.
  fileprivate static func rows(ofSet rows: Int) -> Int {
    if rows > 4_096 { return mostRows }
    return rows > 1_024 ? 256 : 128
  }
}

extension MeetingGrid {
  /// Rows of every block but a set's last.
  package var rowsPerBlock: Int { MeetingBlocks.rows(ofSet: rows) }

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

  /// Bytes of scratch a sweep holds at most: a tile, its mirror image and two columns of factors
  /// for each worker.
  ///
  /// ```
  /// 8 · W · blockRows · (blockRows + 1)
  /// ```
  /// with W the workers, at most one for each meeting.
  package func scratchBytes(workers: Workers) -> Int {
    8 * min(workers.count, max(1, meetings)) * blockRows * (blockRows + 1)
  }
}
