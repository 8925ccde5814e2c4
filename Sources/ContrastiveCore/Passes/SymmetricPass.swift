/// Every row against every row, itself included, each pair computed once.
///
/// A tile is read for its rows and for its columns, and coefficients of pairs give sums for both.
/// Half the work of a `RectanglePass` of a set against itself.
package struct SymmetricPass: Sendable {
  let pass: BlockPairPass<SymmetricGrid>

  /// - Parameter rows: in Float32.
  package init(_ rows: Operand) {
    pass = BlockPairPass(grid: SymmetricGrid(rows: rows.rows), rows: rows, columns: rows)
  }

  /// The statistics of each block of rows.
  ///
  /// Complexity: rows² · dimension floating-point operations.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func read<Reader: TileReader>(
    _ reader: Reader, workers: Workers
  ) throws(ContrastiveError) -> [Reader.Statistics] {
    try pass.read(reader, kept: nil, workers: workers)
  }

  /// The same, and similarities for the pass that writes: at most `maxBytes` of them,
  /// or as many as are worth their memory.
  package func readKeeping<Reader: TileReader>(
    _ reader: Reader, maxBytes: Int? = nil, workers: Workers
  ) throws(ContrastiveError) -> (statistics: [Reader.Statistics], kept: KeptTiles) {
    let kept = KeptTiles(pass.grid, maxBytes: maxBytes)
    return (try pass.read(reader, kept: kept, workers: workers), kept)
  }

  /// Σ coefficient · other row of each row, where the coefficient of a pair counts for both rows.
  ///
  /// Complexity: 3 · rows² · dimension floating-point operations, fewer with kept tiles.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func sums(
    _ writer: some TileWriter, kept: KeptTiles? = nil, workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    try pass.sums(kept: kept, workers: workers) { _, tile in writer.write(tile) }
  }

  /// Bytes of scratch both passes hold at most.
  package static func scratchBytes(rows: Int, keeping: Bool, workers: Workers) -> Int {
    let grid = SymmetricGrid(rows: rows)
    return grid.scratchBytes(workers: workers) + (keeping ? KeptTiles.bytes(grid) : 0)
  }
}
