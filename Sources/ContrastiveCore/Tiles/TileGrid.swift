/// How a rows × columns problem is cut: a function of the problem alone, never of the threads.
///
/// Rows are cut into blocks, columns into tiles. A *unit*, the work of one worker at a time, is one
/// row block against a run of consecutive column tiles (a *chunk*). Few row blocks get several
/// chunks each so that there is work for every worker; their results are merged in chunk order.
package struct TileGrid: Equatable, Sendable {
  /// Rows of a tile.
  ///
  /// With `columnsPerTile` it makes a tile of 512 KiB: it stays in a second-level
  /// cache between the product that writes it, the consumer, and the product that reads it.
  package static let rowsPerTile = 256
  /// Columns of a tile.
  package static let columnsPerTile = 512
  /// Units to aim for where rows alone do not give as many.
  static let targetUnits = 32
  /// Fewest tiles worth a unit of their own.
  static let smallestChunk = 4

  package let rows: Int
  package let columns: Int
  /// Runs of column tiles each row block is cut into.
  package let chunks: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    let blocks = max(1, pieces(rows, Self.rowsPerTile))
    let tiles = pieces(columns, Self.columnsPerTile)
    chunks = max(
      1, min(pieces(Self.targetUnits, blocks), pieces(tiles, Self.smallestChunk)))
  }

  package var rowBlocks: Int { pieces(rows, Self.rowsPerTile) }
  package var columnTiles: Int { pieces(columns, Self.columnsPerTile) }
  package var units: Int { rowBlocks * chunks }
  package var tileRows: Int { min(rows, Self.rowsPerTile) }
  package var tileColumns: Int { min(columns, Self.columnsPerTile) }

  /// Rows of a block.
  package func rows(block: Int) -> Range<Int> {
    (block * Self.rowsPerTile)..<min(rows, (block + 1) * Self.rowsPerTile)
  }

  /// Columns of a tile.
  package func columns(tile: Int) -> Range<Int> {
    (tile * Self.columnsPerTile)..<min(columns, (tile + 1) * Self.columnsPerTile)
  }

  /// Tiles of a chunk.
  package func tiles(chunk: Int) -> Range<Int> {
    (chunk * columnTiles / chunks)..<((chunk + 1) * columnTiles / chunks)
  }

  /// Bytes of scratch a sweep holds at most: a tile and a row of factors for each worker, and, when
  /// it accumulates, the accumulated rows of every chunk but each block's first.
  ///
  /// ```
  /// 4 · ( W · tileRows · (tileColumns + 1) + [accumulating] · (chunks − 1) · rows · dimension )
  /// ```
  /// with W the workers, at most one for each unit.
  package func scratchBytes(dimension: Int, accumulating: Bool, workers: Workers) -> Int {
    let perWorker = tileRows * (tileColumns + 1)
    let partials = accumulating ? (chunks - 1) * rows * dimension : 0
    return 4 * (min(workers.count, max(units, 1)) * perWorker + partials)
  }
}

/// Number of pieces of at most `size` that cover `count`.
package func pieces(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
