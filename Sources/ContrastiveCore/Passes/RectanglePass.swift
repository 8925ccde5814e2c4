/// Every row against every column, tile by tile.
///
/// ```
/// for each unit (row block, run of column tiles), shared among the workers:
///   for each column tile of the run:
///     S ← rows · columnsᵀ            one single-threaded product
///     a reader learns from S, or a writer turns it into coefficients
///     sums ← diag(rescale) · sums + S · columns        one more, where sums are asked for
/// merge the runs of each row block, in their order
/// ```
/// The rows × columns matrix never exists. The result has the same bits for any number of workers.
/// Elements that are not finite, or too large for a dot product, are found on the way and named.
package struct RectanglePass: Sendable {
  package let rows: Operand
  package let columns: Operand
  private let grid: TileGrid

  /// Both operands must have the same dimension.
  ///
  /// Columns in half precision are widened a tile at a time, which takes
  /// `4 · tileColumns · dimension` more bytes of scratch for each worker.
  package init(rows: Operand, columns: Operand) {
    precondition(rows.dimension == columns.dimension)
    self.rows = rows
    self.columns = columns
    grid = TileGrid(rows: rows.rows, columns: columns.rows)
  }

  /// Rows of each block of statistics but the last, which may have fewer.
  package var rowsPerBlock: Int { grid.rowsPerBlock }

  /// Blocks of rows.
  package var rowBlocks: Int { grid.rowBlocks }

  /// The statistics of each block of rows, or of some blocks, for a process that has these to
  /// itself.
  ///
  /// Complexity: 2 · rows · columns · dimension floating-point operations.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func read<Reader: MergingReader>(
    _ reader: Reader, blocks: Range<Int>? = nil, workers: Workers
  ) throws(ContrastiveError) -> [Reader.Statistics] {
    var none: Matrix?
    return try run(
      TileVisit(
        start: reader.start, visit: { tile, statistics, _ in reader.read(tile, into: &statistics) },
        finish: reader.finish,
        merge: { later, statistics, _, _ in reader.merge(later, into: &statistics) },
        transfer: blocks == nil ? reader.transfer : nil),
      sums: &none, blocks == nil ? workers : workers.alone, blocks: blocks)
  }

  /// The rows whose sums a process has that keeps its own: all where it is alone, or where there
  /// are fewer blocks than processes.
  package func ownRows(_ workers: Workers) -> Range<Int> {
    guard let group = workers.processes else { return 0..<grid.rows }
    return SharedUnits(grid, of: group, nil).rows(of: group.rank)
  }

  /// Σ coefficient · column of each row; where processes keep their own, of `ownRows`.
  ///
  /// Complexity: 4 · rows · columns · dimension floating-point operations.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func sums(
    _ writer: some TileWriter, keepingOwn: Bool = false, workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    var sums: Matrix? = zeros(keepingOwn, workers)
    _ = try run(
      TileVisit(
        start: { _ in }, visit: { tile, _, _ in writer.write(tile) }, finish: { _ in },
        merge: { _, _, _, _ in }, transfer: .nothing),
      sums: &sums, keepingOwn: keepingOwn, workers)
    return sums ?? Matrix(zeros: 0, by: 0)
  }

  /// Statistics and, where `summing`, Σ coefficient · column of each row in one pass; where
  /// processes keep their own, sums of `ownRows`.
  ///
  /// Complexity: 4 · rows · columns · dimension floating-point operations, half without sums.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func readAndSum<Reader: OnlineReader>(
    _ reader: Reader, summing: Bool = true, keepingOwn: Bool = false, workers: Workers
  ) throws(ContrastiveError) -> (statistics: [Reader.Statistics], sums: Matrix?) {
    var sums = summing ? zeros(keepingOwn, workers) : nil
    let statistics = try run(
      TileVisit(
        start: reader.start, visit: reader.readAndWrite, finish: { _ in }, merge: reader.merge,
        transfer: .portable),
      sums: &sums, keepingOwn: keepingOwn, workers)
    return (statistics, sums)
  }

  private func zeros(_ keepingOwn: Bool, _ workers: Workers) -> Matrix {
    Matrix(zeros: keepingOwn ? ownRows(workers).count : rows.rows, by: rows.dimension)
  }

  /// Bytes of scratch a pass holds at most; see `TileGrid`.
  package static func scratchBytes(
    rows: Int, columns: Int, dimension: Int, summing: Bool, isHalf: Bool = false, workers: Workers
  ) -> Int {
    let grid = TileGrid(rows: rows, columns: columns)
    let packing = isHalf ? grid.tileColumns * dimension : 0
    return grid.scratchBytes(dimension: dimension, summing: summing, workers: workers)
      + 4 * min(workers.count, max(grid.units, 1)) * packing
  }

  private func run<Statistics: Sendable>(
    _ visit: TileVisit<Statistics>, sums: inout Matrix?, keepingOwn: Bool = false,
    _ workers: Workers, blocks: Range<Int>? = nil
  ) throws(ContrastiveError) -> [Statistics] {
    try BLAS.prepare()
    let shares = SharedUnits(grid, of: visit.transfer == nil ? nil : workers.processes, blocks)
    let isSumming = sums != nil
    let partials = SharedArray<Statistics?>(repeating: nil, count: grid.units)
    let faults = Faults(rowBlocks: grid.rowBlocks, columnBlocks: grid.columnTiles)
    let spill = Scratch(count: isSumming ? (grid.chunks - 1) * grid.rows * rows.dimension : 0)
    let tileSize =
      grid.tileRows * (grid.tileColumns + 1)
      + ColumnMemory.packingSize(of: columns, columns: grid.tileColumns)
    let tiles = Scratch(count: min(workers.count, max(grid.units, 1)) * tileSize)
    let watch = CancelationWatch(workers, steps: grid.rowBlocks * grid.columnTiles)
    let codes = TileProduct.Codes(rows, columns)
    rows.matrix.withSharedMemory { rowValues in
      ColumnMemory.with(columns, isEncoded: codes?.areAll == true) { columnValues in
        sums.withMutableSharedMemory { sums in
          let work = RectangleWork(
            grid: grid, visit: visit, rows: rows, columns: columns, isSumming: isSumming,
            keepsOwnRows: keepingOwn, firstRow: keepingOwn ? ownRows(workers).lowerBound : 0,
            product: TileProduct(
              rows: rowValues, columns: columnValues, dimension: rows.dimension,
              product: workers.product.forTiles(rows: grid.tileRows, columns: grid.tileColumns),
              codes: codes),
            partials: partials.memory, sums: sums, spill: spill.memory, tiles: tiles.memory,
            tileSize: tileSize, rowFaults: faults.slots.rows, columnFaults: faults.slots.columns,
            watch: watch)
          let own = shares.units
          workers.forEach(own.count) { place, worker in
            work.run(unit: own.lowerBound + place, worker: worker)
          }
          if !shares.areBlocks { work.exchange(shares) }
          if grid.chunks > 1, !watch.isCanceled {
            let blocks = shares.mergedBlocks
            workers.forEach(blocks.count) { place, worker in
              work.merge(block: blocks.lowerBound + place, worker: worker)
            }
          }
          if shares.areBlocks { work.exchange(shares) }
        }
      }
    }
    var isCanceled = watch.isCanceled
    if let group = shares.group {
      isCanceled = faults.gather(from: group, isCanceled: isCanceled)
    }
    if isCanceled { throw .canceled }
    try faults.check(rows: rows, columns: columns)
    let found = partials.elements
    return stride(from: 0, to: grid.units, by: grid.chunks).compactMap { found[$0] }
  }
}

/// What a pass does with tiles: a reader, a writer, or both.
struct TileVisit<Statistics: Sendable>: Sendable {
  let start: @Sendable (Range<Int>) -> Statistics
  let visit: @Sendable (Tile, inout Statistics, UnsafeMutablePointer<Float>) -> Void
  let finish: @Sendable (inout Statistics) -> Void
  let merge:
    @Sendable (
      Statistics, inout Statistics, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void
  let transfer: Transfer<Statistics>?
}

/// A rectangular pass as its workers see it.
struct RectangleWork<Statistics: Sendable>: Sendable {
  let grid: TileGrid
  let visit: TileVisit<Statistics>
  let rows: Operand
  let columns: Operand
  let isSumming: Bool
  /// Whether sums stay with the process that has computed them.
  let keepsOwnRows: Bool
  /// The row that `sums` start with.
  let firstRow: Int
  let product: TileProduct
  let partials: SharedMemory<Statistics?>
  let sums: SharedMemory<Float>
  let spill: SharedMemory<Float>
  let tiles: SharedMemory<Float>
  let tileSize: Int
  let rowFaults: SharedMemory<Int>
  let columnFaults: SharedMemory<Int>
  let watch: CancelationWatch

  /// The sums of a unit: the result's own for a block's first chunk.
  func sums(block: Int, chunk: Int) -> UnsafeMutablePointer<Float> {
    let offset = block * grid.rowsPerBlock * product.dimension
    return chunk == 0
      ? sums + (offset - firstRow * product.dimension)
      : spill + ((chunk - 1) * grid.rows * product.dimension + offset)
  }

  func run(unit: Int, worker: Int) {
    let (block, chunk) = unit.quotientAndRemainder(dividingBy: grid.chunks)
    let range = grid.rows(block: block)
    if chunk == 0 { rowFaults[block] = Faults.find(in: product.rows, rows: range, of: rows) }
    let scratch = tiles + worker * tileSize
    let rescale = scratch + grid.tileRows * grid.tileColumns
    let packing = rescale + grid.tileRows
    let sum = sums(block: block, chunk: chunk)
    var statistics = visit.start(range)
    for (step, index) in grid.tiles(chunk: chunk).enumerated() {
      if watch.isCanceled { return }
      let span = grid.columns(tile: index)
      if block == 0 {
        columnFaults[index] = product.columns.firstFault(in: span, of: columns)
      }
      let packed = product.columns.pack(span, dimension: product.dimension, scratch: packing)
      let tile = product.tile(range, span, packed: packed, in: scratch)
      rescale.update(repeating: 1, count: range.count)
      visit.visit(tile, &statistics, rescale)
      if isSumming {
        if step > 0 { product.scale(sum, by: rescale, rows: range.count) }
        product.accumulate(tile, packed: packed, into: sum, adding: step > 0)
      }
      watch.report(block * grid.columnTiles + index + 1, worker: worker)
    }
    visit.finish(&statistics)
    partials[unit] = statistics
  }

  func merge(block: Int, worker: Int) {
    let range = grid.rows(block: block)
    let first = block * grid.chunks
    guard var total = partials[first] else { return }
    let keep = tiles + worker * tileSize
    let add = keep + range.count
    let sum = sums(block: block, chunk: 0)
    for chunk in 1..<grid.chunks {
      guard let later = partials[first + chunk] else { continue }
      keep.update(repeating: 1, count: range.count)
      add.update(repeating: 1, count: range.count)
      visit.merge(later, &total, keep, add)
      partials[first + chunk] = nil
      guard isSumming else { continue }
      let other = sums(block: block, chunk: chunk)
      product.scale(sum, by: keep, rows: range.count)
      product.add(other, times: add, to: sum, rows: range.count)
    }
    partials[first] = total
  }
}
