/// How the similarity matrix of a set with itself is cut, so that each pair of rows is computed
/// once.
package struct SymmetricGrid: BlockPairGrid, Equatable {
  package let rows: Int

  package init(rows: Int) { self.rows = rows }

  /// With 32 blocks 16 pairs of every round can be worked on at once.
  package static let wantedBlocks = 32

  package var blocks: Int { blocksOfSet }

  package func start(block: Int) -> Int { block * rowsPerBlock }

  package func rows(block: Int) -> Range<Int> { rows(blockOfSet: block) }

  /// Blocks, and with an odd number of them one that is not there.
  private var players: Int { blocks + blocks % 2 }

  package var pairs: Int { blocks < 2 ? blocks : blocks + (players - 1) * (players / 2) }

  /// Each block with itself first, then rounds of distinct pairs.
  ///
  /// The circle method: one player stays, the others move on by one place a round.
  package func pair(_ index: Int) -> BlockPair {
    guard index >= blocks else { return BlockPair(round: 0, first: index, second: index) }
    let (round, place) = (index - blocks).quotientAndRemainder(dividingBy: players / 2)
    let circle = players - 1
    let a = place == 0 ? circle : (round + place - 1) % circle
    let b = (round + circle - 1 - place) % circle
    let (first, second) = (min(a, b), max(a, b))
    return BlockPair(round: 1 + round, first: first, second: second < blocks ? second : nil)
  }
}
