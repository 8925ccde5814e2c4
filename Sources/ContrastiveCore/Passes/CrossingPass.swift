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
    let rows = try pass.read(
      reader, ofFirst: pass.grid.blocksOfSet, kept: kept, workers: workers)
    return (rows, kept)
  }

  /// The statistics of each block of rows and of columns.
  package func readBoth<Reader: TileReader>(
    _ reader: Reader, workers: Workers
  ) throws(ContrastiveError) -> (rows: [Reader.Statistics], columns: [Reader.Statistics]) {
    try read(reader, kept: nil, workers)
  }

  /// The same, and similarities for the pass that writes: at most `maxBytes` of them,
  /// or as many as are worth their memory.
  package func readBothKeeping<Reader: TileReader>(
    _ reader: Reader, maxBytes: Int? = nil, workers: Workers
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

  /// The rows of both sets whose sums a process has that keeps its own; nil for all.
  package func ownRows(_ workers: Workers) -> Range<Int>? { pass.ownRows(workers) }

  /// Σ coefficient · column of each row, and Σ coefficient · row of each column; where processes
  /// keep their own, of `ownRows`.
  ///
  /// Complexity: 6 · rows² · dimension floating-point operations, fewer with kept tiles.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func sums(
    _ writer: some TileWriter, kept: KeptTiles? = nil, keepingOwn: Bool = false, workers: Workers
  ) throws(ContrastiveError) -> (rows: Matrix, columns: Matrix) {
    if keepingOwn, let own = ownRows(workers) {
      let both = try pass.ownSums(own, kept: kept, workers: workers) { writer.write($1) }
      return (both[0], both[1])
    }
    return split(try pass.sums(kept: kept, workers: workers) { _, tile in writer.write(tile) })
  }

  /// Statistics of each block of rows and both sums in one pass; where processes keep their own,
  /// sums of `ownRows`.
  ///
  /// Complexity: 6 · rows² · dimension floating-point operations.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func readAndSum<Reader: ReadingWriter>(
    _ reader: Reader, keepingOwn: Bool = false, workers: Workers
  ) throws(ContrastiveError) -> (statistics: [Reader.Statistics], rows: Matrix, columns: Matrix) {
    let blocks = pass.grid.blocksOfSet
    let all = SharedArray((0..<blocks).map { reader.start(rows: pass.grid.rows(block: $0)) })
    let found = all.memory
    let transfer = reader.transfer.map { BlockTransfer(of: found, by: $0, blocks: blocks) }
    @Sendable func finish(_ block: Int) { if block < blocks { reader.finish(&found.base[block]) } }
    @Sendable func read(_ pair: BlockPair, _ tile: Tile) {
      reader.readAndWrite(tile, into: &found.base[pair.first])
    }
    if keepingOwn, let transfer, let own = ownRows(workers) {
      let both = try pass.ownSums(
        own, kept: nil, workers: workers, transfer: transfer, finish: finish, read)
      return (all.elements, both[0], both[1])
    }
    let sums = try pass.sums(
      kept: nil, workers: workers, transfer: transfer, finish: finish, read)
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
