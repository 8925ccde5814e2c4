/// How the similarity matrix of two sets of the same size is cut, when each tile serves its rows
/// and its columns.
///
/// The first set's blocks come first. In each round every block of the one set is paired with one
/// of the other, in the next round with its successor.
package struct CrossingGrid: BlockPairGrid, Equatable {
  package let rows: Int

  package init(rows: Int) { self.rows = rows }

  /// With 16 blocks of each set 16 pairs of every round can be worked on at once.
  package static let wantedBlocks = 16

  package var blocks: Int { 2 * blocksOfSet }

  package var pairs: Int { blocksOfSet * blocksOfSet }

  package func pair(_ index: Int) -> BlockPair {
    let (round, first) = index.quotientAndRemainder(dividingBy: blocksOfSet)
    return BlockPair(
      round: round, first: first, second: blocksOfSet + (first + round) % blocksOfSet)
  }

  package func rows(block: Int) -> Range<Int> { rows(blockOfSet: block % blocksOfSet) }

  package func start(block: Int) -> Int {
    (block < blocksOfSet ? 0 : rows) + rows(block: block).lowerBound
  }
}
