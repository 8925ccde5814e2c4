/// How a rows × columns problem is cut: a function of the problem alone, never of the threads.
///
/// Rows are cut into blocks, columns into tiles. A *unit*, the work of one worker at a time, is one
/// row block against a run of consecutive column tiles (a *chunk*). Few row blocks get several
/// chunks each so that there is work for every worker; their results are merged in chunk order.
/// Where there are too few columns for that, row blocks are smaller.
///
/// With 16 workers the longest chain of units is at most a twelfth of the work from 1,024 rows and
/// as many columns on, and a sixth from 512.
package struct TileGrid: Equatable, Sendable {
  /// Fewest tiles worth a unit of their own.
  private static let minChunk = 2
  /// Workers that are to have work to do.
  private static let wantedWorkers = 16
  /// Fewest rows worth packing columns for.
  private static let leastRows = 48
  /// Rows of a block are a multiple of this but for the last: what the kernels take at once.
  private static let rowStep = 12

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
    let most = isTall ? sizes.tallRows : sizes.wideRows
    func cut(into blocks: Int, units: Int) -> Cut {
      let even = pieces(pieces(rows, max(1, blocks)), Self.rowStep) * Self.rowStep
      let height = min(most, max(even, Self.rowStep))
      let width = height > sizes.wideRows ? sizes.tallColumns : sizes.wideColumns
      let blocks = max(1, pieces(rows, height))
      let chunks = min(pieces(units, blocks), pieces(pieces(columns, width), Self.minChunk))
      return Cut(rows: height, columns: width, chunks: max(1, chunks), blocks: blocks)
    }
    let whole = pieces(rows, most)
    let even = cut(
      into: min(
        Self.wantedWorkers * pieces(whole, Self.wantedWorkers), pieces(rows, Self.leastRows)),
      units: Self.wantedWorkers)
    // The tallest blocks first; then those that divide evenly, if they are as good as tall; then
    // more chunks, which take room for sums; then smaller blocks, whose columns are packed more
    // often.
    let share = rows >= 2 * sizes.tallRows ? 14 : 8
    let ways =
      [cut(into: whole, units: isTall ? 16 : 32)] + (2 * even.rows >= most ? [even] : [])
      + [cut(into: whole, units: 32), cut(into: whole, units: 48)]
    let best = ways.first { pieces($0.units, Self.wantedWorkers) * share <= $0.units } ?? even
    (rowsPerBlock, columnsPerTile, chunks) = (best.rows, best.columns, best.chunks)
  }

  /// A way to cut.
  private struct Cut {
    let rows: Int
    let columns: Int
    let chunks: Int
    let blocks: Int

    var units: Int { blocks * chunks }
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
package func pieces(_ count: Int, _ size: Int) -> Int {
  count / size + (count % size > 0 ? 1 : 0)
}
