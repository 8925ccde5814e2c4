/// How the similarity matrix of a set with itself is cut, so that each pair of rows is computed once.
///
/// Rows are cut into blocks. Blocks meet in rounds like the players of a tournament: in a round no
/// block takes part in two tiles, so each tile may write to both of its blocks, and each block sees
/// its partners in an order that depends on the problem alone.
package struct SymmetricGrid: Equatable, Sendable {
  /// Rows of a block; a tile and its mirror image are 256 KiB each.
  ///
  /// Blocks of 512 rows are as fast, but for the tiles on the diagonal, of which both halves are
  /// computed, and for sets of a few hundred rows, which they leave to one worker.
  package static let rowsPerBlock = 256

  package let rows: Int

  package init(rows: Int) { self.rows = rows }

  package var blocks: Int { pieces(rows, Self.rowsPerBlock) }
  package var blockRows: Int { min(rows, Self.rowsPerBlock) }

  /// Rows of a block.
  package func rows(block: Int) -> Range<Int> {
    (block * Self.rowsPerBlock)..<min(rows, (block + 1) * Self.rowsPerBlock)
  }

  /// Rounds of distinct pairs (first < second) that together hold every pair of blocks once.
  ///
  /// The circle method: one player stays, the others move on by one place a round.
  package var rounds: [[(first: Int, second: Int)]] {
    let players = blocks + blocks % 2  // an odd number plays against nobody in turn
    guard players > 1 else { return [] }
    return (0..<(players - 1)).map { round in
      var seats = [players - 1]
      seats += (0..<(players - 1)).map { (round + $0) % (players - 1) }
      return (0..<(players / 2)).compactMap { place in
        let (a, b) = (seats[place], seats[players - 1 - place])
        return max(a, b) < blocks ? (min(a, b), max(a, b)) : nil
      }
    }
  }

  /// Bytes of scratch a sweep holds at most: a tile, its mirror image and two columns of factors for
  /// each worker.
  ///
  /// ```
  /// 8 · W · blockRows · (blockRows + 1)
  /// ```
  package func scratchBytes(workers: Workers) -> Int {
    8 * min(workers.count, max(1, blocks)) * blockRows * (blockRows + 1)
  }
}
