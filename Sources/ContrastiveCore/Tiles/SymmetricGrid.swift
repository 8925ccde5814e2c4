/// How the similarity matrix of a set with itself is cut, so that each pair of rows is computed
/// once.
///
/// Blocks meet like the players of a tournament.
package struct SymmetricGrid: MeetingGrid, Equatable {
  package let rows: Int

  package init(rows: Int) { self.rows = rows }

  package var blocks: Int { blocksOfSet }

  package func place(block: Int) -> Int { block * rowsPerBlock }

  package func rows(block: Int) -> Range<Int> { rows(blockOfSet: block) }

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
}
