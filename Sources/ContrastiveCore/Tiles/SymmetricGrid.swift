/// How the similarity matrix of a set with itself is cut, so that each pair of rows is computed once.
///
/// Rows are cut into blocks. Blocks meet in rounds like the players of a tournament: in a round no
/// block takes part in two tiles, so each tile may write to both of its blocks, and each block sees
/// its partners in an order that depends on the problem alone.
package struct SymmetricGrid: Equatable, Sendable {
  /// Most rows of a block; a tile and its mirror image are then 256 KiB each.
  ///
  /// Blocks of 512 rows are as fast, but for the tiles on the diagonal, of which both halves are
  /// computed.
  package static let mostRowsPerBlock = 256
  /// Sets of more rows than this are cut into the largest blocks; smaller sets into halves of them,
  /// or a few hundred rows would leave a second worker idle half of the time.
  private static let smallSet = 1024

  package let rows: Int
  /// Rows of every block but the last.
  package let rowsPerBlock: Int

  package init(rows: Int) {
    self.rows = rows
    rowsPerBlock = rows > Self.smallSet ? Self.mostRowsPerBlock : Self.mostRowsPerBlock / 2
  }

  package var blocks: Int { pieces(rows, rowsPerBlock) }
  package var blockRows: Int { min(rows, rowsPerBlock) }

  /// Rows of a block.
  package func rows(block: Int) -> Range<Int> {
    (block * rowsPerBlock)..<min(rows, (block + 1) * rowsPerBlock)
  }

  /// Two blocks that meet, or one with itself.
  package struct Meeting: Equatable, Sendable {
    /// Turns either has had before.
    package let turn: Int
    package let first: Int
    /// None for a turn without a partner.
    package let second: Int?
  }

  /// Blocks, and with an odd number of them one that is not there.
  private var players: Int { blocks + blocks % 2 }

  /// Number of meetings.
  package var meetings: Int { blocks < 2 ? blocks : blocks + (players - 1) * (players / 2) }

  /// Every pair of blocks meets once: each with itself, then in rounds of distinct pairs.
  ///
  /// The circle method: one player stays, the others move on by one place a round.
  package func meeting(_ index: Int) -> Meeting {
    guard index >= blocks else { return Meeting(turn: 0, first: index, second: index) }
    let (round, place) = (index - blocks).quotientAndRemainder(dividingBy: players / 2)
    let circle = players - 1
    let a = place == 0 ? circle : (round + place - 1) % circle
    let b = (round + circle - 1 - place) % circle
    let (first, second) = (min(a, b), max(a, b))
    return Meeting(turn: 1 + round, first: first, second: second < blocks ? second : nil)
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
