/// How a rows × columns problem is cut: a function of the problem alone, never of the threads.
///
/// Rows are cut into blocks, columns into tiles. A *unit*, the work of one worker at a time, is one
/// row block against a run of consecutive column tiles (a *chunk*). Few row blocks get several
/// chunks each so that there is work for every worker; their results are merged in chunk order.
package struct TileGrid: Equatable, Sendable {
  /// Fewest tiles worth a unit of their own.
  private static let minChunk = 4

  package let rows: Int
  package let columns: Int
  /// Rows of a block, and of a tile.
  package let rowsPerBlock: Int
  /// Columns of a tile.
  package let columnsPerTile: Int
  /// Runs of column tiles each row block is cut into.
  package let chunks: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    let sizes = BlockSizes.current
    let isTall = rows >= sizes.tallRows
    rowsPerBlock = isTall ? sizes.tallRows : sizes.wideRows
    columnsPerTile = isTall ? sizes.tallColumns : sizes.wideColumns
    // Units to aim for where rows alone do not give as many.
    let targetUnits = isTall ? 16 : 32
    let blocks = max(1, pieces(rows, rowsPerBlock))
    let tiles = pieces(columns, columnsPerTile)
    chunks = max(1, min(pieces(targetUnits, blocks), pieces(tiles, Self.minChunk)))
  }

  package var rowBlocks: Int { pieces(rows, rowsPerBlock) }
  package var columnTiles: Int { pieces(columns, columnsPerTile) }
  package var units: Int { rowBlocks * chunks }
  package var tileRows: Int { min(rows, rowsPerBlock) }
  package var tileColumns: Int { min(columns, columnsPerTile) }

  /// Rows of a block.
  package func rows(block: Int) -> Range<Int> {
    (block * rowsPerBlock)..<min(rows, (block + 1) * rowsPerBlock)
  }

  /// Columns of a tile.
  package func columns(tile: Int) -> Range<Int> {
    (tile * columnsPerTile)..<min(columns, (tile + 1) * columnsPerTile)
  }

  /// Tiles of a chunk.
  package func tiles(chunk: Int) -> Range<Int> {
    (chunk * columnTiles / chunks)..<((chunk + 1) * columnTiles / chunks)
  }

  /// Bytes of scratch a pass holds at most: a tile and a row of factors for each worker, and, when
  /// it sums, the sums of every chunk but each block's first.
  ///
  /// ```
  /// 4 · ( W · tileRows · (tileColumns + 1) + [summing] · (chunks − 1) · rows · dimension )
  /// ```
  /// with W the workers, at most one for each unit.
  package func scratchBytes(dimension: Int, summing: Bool, workers: Workers) -> Int {
    let perWorker = tileRows * (tileColumns + 1)
    let partials = summing ? (chunks - 1) * rows * dimension : 0
    return 4 * (min(workers.count, max(units, 1)) * perWorker + partials)
  }
}

/// Number of pieces of at most `size` that cover `count`.
package func pieces(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
