/// Every row against every column of a set of the same size, each tile serving both sets.
///
/// Both gradients take three products, or four without room for the similarities, instead of the
/// six of two `RectanglePass`es.
package struct CrossingPass: Sendable {
  private let pass: BlockPairPass<CrossingGrid>

  /// - Parameters:
  ///   - rows: in Float32.
  ///   - columns: as many, in Float32.
  package init(_ rows: Operand, _ columns: Operand) {
    precondition(rows.dimension == columns.dimension && rows.rows == columns.rows)
    pass = BlockPairPass(grid: CrossingGrid(rows: rows.rows), rows: rows, columns: columns)
  }

  /// The statistics of each block of rows, and similarities for the pass that writes.
  ///
  /// Complexity: 2 · rows² · dimension floating-point operations.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func readRows<Reader: TileReader>(
    _ reader: Reader, workers: Workers
  ) throws(ContrastiveError) -> (statistics: [Reader.Statistics], kept: KeptTiles) {
    let kept = KeptTiles(pass.grid)
    let (rows, _) = try read(RowsOnly(reader), kept: kept, workers)
    return (rows, kept)
  }

  /// The statistics of each block of rows and of columns.
  package func readBoth<Reader: TileReader>(
    _ reader: Reader, workers: Workers
  ) throws(ContrastiveError) -> (rows: [Reader.Statistics], columns: [Reader.Statistics]) {
    try read(reader, kept: nil, workers)
  }

  /// The same, and similarities for the pass that writes: at most `maxBytes` of them.
  package func readBothKeeping<Reader: TileReader>(
    _ reader: Reader, maxBytes: Int = KeptTiles.maxBytes, workers: Workers
  ) throws(ContrastiveError) -> (
    rows: [Reader.Statistics], columns: [Reader.Statistics], kept: KeptTiles
  ) {
    let kept = KeptTiles(pass.grid, maxBytes: maxBytes)
    let (rows, columns) = try read(reader, kept: kept, workers)
    return (rows, columns, kept)
  }

  private func read<Reader: TileReader>(
    _ reader: Reader, kept: KeptTiles?, _ workers: Workers
  ) throws(ContrastiveError) -> ([Reader.Statistics], [Reader.Statistics]) {
    let all = try pass.read(reader, kept: kept, workers: workers)
    return (Array(all.prefix(pass.grid.blocksOfSet)), Array(all.dropFirst(pass.grid.blocksOfSet)))
  }

  /// Σ coefficient · column of each row, and Σ coefficient · row of each column.
  ///
  /// Complexity: 6 · rows² · dimension floating-point operations, fewer with kept tiles.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func sums(
    _ writer: some TileWriter, kept: KeptTiles? = nil, workers: Workers
  ) throws(ContrastiveError) -> (rows: Matrix, columns: Matrix) {
    split(try pass.sums(kept: kept, workers: workers) { _, tile in writer.write(tile) })
  }

  /// Statistics of each block of rows and both sums in one pass.
  ///
  /// Complexity: 6 · rows² · dimension floating-point operations.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func readAndSum<Reader: ReadingWriter>(
    _ reader: Reader, workers: Workers
  ) throws(ContrastiveError) -> (statistics: [Reader.Statistics], rows: Matrix, columns: Matrix) {
    let blocks = pass.grid.blocksOfSet
    let all = SharedArray((0..<blocks).map { reader.start(rows: pass.grid.rows(block: $0)) })
    let found = all.memory
    let sums = try pass.sums(
      kept: nil, workers: workers,
      transfer: reader.transfer.map { BlockTransfer(of: found, by: $0, blocks: blocks) },
      finish: { if $0 < blocks { reader.finish(&found.base[$0]) } }
    ) { pair, tile in reader.readAndWrite(tile, into: &found.base[pair.first]) }
    let (rows, columns) = split(sums)
    return (all.elements, rows, columns)
  }

  private func split(_ sums: Matrix) -> (rows: Matrix, columns: Matrix) {
    (sums.rows(0..<pass.grid.rows), sums.rows(pass.grid.rows..<(2 * pass.grid.rows)))
  }

  /// Bytes of scratch the passes hold at most, the sums of both sets before they are split
  /// included.
  package static func scratchBytes(
    rows: Int, dimension: Int, keeping: Bool, workers: Workers
  ) -> Int {
    let grid = CrossingGrid(rows: rows)
    return grid.scratchBytes(workers: workers) + (keeping ? KeptTiles.bytes(grid) : 0)
      + 8 * rows * dimension
  }

  /// Whether every similarity finds room between the passes.
  package static func keepsAll(rows: Int) -> Bool {
    KeptTiles.holdAll(of: CrossingGrid(rows: rows))
  }
}

/// A reader that learns nothing of columns.
private struct RowsOnly<Reader: TileReader>: TileReader {
  private let reader: Reader

  init(_ reader: Reader) { self.reader = reader }

  func start(rows: Range<Int>) -> Reader.Statistics { reader.start(rows: rows) }

  func read(_ tile: Tile, into statistics: inout Reader.Statistics) {
    reader.read(tile, into: &statistics)
  }

  func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout Reader.Statistics,
    columns: inout Reader.Statistics
  ) {
    reader.read(tile, into: &rows)
  }

  func finish(_ statistics: inout Reader.Statistics) { reader.finish(&statistics) }

  var transfer: Transfer<Reader.Statistics>? { reader.transfer }
}
