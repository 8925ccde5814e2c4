import ContrastiveKernels

/// Sizes of tiles that suit a processor.
///
/// A tile stays in a second-level cache between the product that writes it, the reader or writer,
/// and the product that reads it. The taller it is, the less often columns are packed for a
/// product. With less than 512 KiB of cache tiles are half as wide.
package struct BlockSizes: Sendable, Equatable {
  /// Rows of a tile of many rows, and columns of such a tile: 768 KiB.
  package let tallRows = 512
  package let tallColumns: Int
  /// Rows of a tile of fewer rows, and columns of such a tile: 512 KiB.
  package let wideRows = 256
  package let wideColumns: Int
  /// Rows of the largest block of a pair; a tile and its transpose take 1,152 KiB.
  package let maxPairBlockRows: Int

  /// Those of this processor.
  package static let current = BlockSizes(
    secondLevelCache: Int(contrastive_second_level_cache_bytes()))

  /// - Parameter bytes: of the second-level cache of a core; 0 where it is not known.
  package init(secondLevelCache bytes: Int) {
    let share = bytes == 0 || bytes >= 1 << 19 ? 1 : 2
    tallColumns = 384 / share
    wideColumns = 512 / share
    maxPairBlockRows = share == 1 ? 384 : 256
  }

  /// Columns of the widest tile of any pass.
  package var maxColumns: Int { max(wideColumns, maxPairBlockRows) }

  /// Rows of the blocks of a set of `rows` that are paired: as many blocks as are aimed for, but
  /// none of fewer than 32 rows or more than the largest.
  ///
  /// A block is in one tile at a time, so that the number of blocks bounds how many tiles can be
  /// worked on at once.
  package func pairBlockRows(of rows: Int, blocks: Int) -> Int {
    min(max(pieces(pieces(rows, blocks), 16) * 16, 32), maxPairBlockRows)
  }
}
