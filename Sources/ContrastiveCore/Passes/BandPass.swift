/// Every row against every column, a band of rows at a time, each tile serving both.
///
/// ```
/// for each band of rows:
///   S ← band · columnsᵀ                       a reader learns from its tiles
///   S ← coefficients                          by a writer made of what is known of the band
///   sums of the band ← S · columns
///   sums of the columns ← sums of the columns + Sᵀ · band
/// ```
/// Both gradients take three products instead of the four of two `RectanglePass`es, with room for
/// the similarities of one band. The result has the same bits for any number of workers.
///
/// Processes have bands of their own, and then columns of their own, for which they compute the
/// similarities again: four products, shared.
package struct BandPass: Sendable {
  package let rows: Operand
  package let columns: Operand
  package let grid: BandGrid

  /// - Parameters:
  ///   - rows: in Float32.
  ///   - columns: in Float32, of the same dimension.
  package init(rows: Operand, columns: Operand) {
    precondition(rows.dimension == columns.dimension)
    self.rows = rows
    self.columns = columns
    grid = BandGrid(rows: rows.rows, columns: columns.rows)
  }

  /// Σ coefficient · column of each row, and Σ coefficient · row of each column.
  ///
  /// Complexity: 6 · rows · columns · dimension floating-point operations.
  ///
  /// - Parameters:
  ///   - reader: learns from the tiles of a band, whose rows count from the first of all.
  ///   - workers: the threads to use; no effect on the result.
  ///   - writer: called once for each band, in no certain order, for what writes its coefficients;
  ///     the rows of the tiles that this is given count from the band's first.
  /// - Returns: the sums of both sides.
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`, or what `writer` throws.
  package func sums<Reader: MergingReader, Writer: TileWriter>(
    _ reader: Reader, workers: Workers,
    writer: (_ band: Range<Int>, _ found: Reader.Statistics) throws(ContrastiveError) -> Writer
  ) throws(ContrastiveError) -> (rows: Matrix, columns: Matrix) {
    try BLAS.prepare()
    try rows.requireFinite(workers)
    try columns.requireFinite(workers)
    var forRows = Matrix(zeros: grid.rows, by: rows.dimension)
    var forColumns = Matrix(zeros: grid.columns, by: rows.dimension)
    let scratch = Scratch(count: min(grid.rows, grid.rowsPerBand) * grid.columns)
    let memory = scratch.memory
    try forRows.withMutableSharedMemory { forRows throws(ContrastiveError) in
      try forColumns.withMutableSharedMemory { forColumns throws(ContrastiveError) in
        try rows.matrix.withSharedMemory(and: columns.matrix) {
          rowValues, columnValues throws(ContrastiveError) in
          let product = TileProduct(
            rows: rowValues, columns: .single(columnValues), dimension: rows.dimension,
            product: workers.product.forTiles(
              rows: min(grid.rows, grid.rowsPerBand), columns: grid.columnsPerTile),
            codes: nil)
          try BandWork(
            grid: grid, reader: reader, product: product, similarities: memory, forRows: forRows,
            forColumns: forColumns, workers: workers,
            watch: CancelationWatch(workers, steps: grid.steps(workers))
          ).run(writer)
        }
      }
    }
    return (forRows, forColumns)
  }
}

extension BandGrid {
  /// Pieces of work of a process.
  fileprivate func steps(_ workers: Workers) -> Int {
    guard let group = workers.processes else {
      return (0..<bands).reduce(0) { $0 + 2 * tiles + slices(of: rows(band: $1)) }
    }
    return group.share(of: bands).reduce(group.share(of: tiles).count) {
      $0 + tiles + slices(of: rows(band: $1))
    }
  }
}

/// A pass as its workers see it.
private struct BandWork<Reader: MergingReader>: Sendable {
  let grid: BandGrid
  let reader: Reader
  let product: TileProduct
  /// Of one band, tile after tile.
  let similarities: SharedMemory<Float>
  let forRows: SharedMemory<Float>
  let forColumns: SharedMemory<Float>
  let workers: Workers
  let watch: CancelationWatch

  func run<Writer: TileWriter>(
    _ writer: (_ band: Range<Int>, _ found: Reader.Statistics) throws(ContrastiveError) -> Writer
  ) throws(ContrastiveError) {
    guard let group = workers.processes else {
      var done = 0
      for index in 0..<grid.bands {
        let band = grid.rows(band: index)
        let found = read(band, &done)
        if watch.isCanceled { throw .canceled }
        sumRows(band, try writer(band, found), &done)
        sumColumns(band, &done)
      }
      if watch.isCanceled { throw .canceled }
      return
    }
    var writers = [Writer?](repeating: nil, count: grid.bands)
    var (done, packet) = (0, Packet())
    for index in group.share(of: grid.bands) {
      let band = grid.rows(band: index)
      let found = read(band, &done)
      reader.transfer?.add(found, &packet)
      let own = try writer(band, found)
      writers[index] = own
      sumRows(band, own, &done)
    }
    var others: [(band: Int, found: Reader.Statistics)] = []
    group.forEachOther(packet.bytes) { rank, bytes in
      var packet = PacketReader(bytes)
      for band in group.share(of: grid.bands, rank: rank) {
        if let found = reader.transfer?.take(&packet) { others.append((band, found)) }
      }
    }
    for (index, found) in others { writers[index] = try writer(grid.rows(band: index), found) }
    sumOwnColumns(writers.compactMap { $0 }, group, &done)
    gather(group)
    if workers.any(watch.isCanceled) { throw .canceled }
  }

  /// Where a tile of a band stands; the same place for every band.
  private func tile(_ index: Int, of band: Range<Int>) -> Tile {
    let span = grid.columns(tile: index)
    return Tile(
      rows: band, columns: span,
      values: similarities + min(grid.rows, grid.rowsPerBand) * span.lowerBound,
      stride: span.count)
  }

  /// The similarities of a tile of a band.
  private func compute(_ index: Int, of band: Range<Int>) -> Tile {
    let place = tile(index, of: band)
    return product.tile(
      band, place.columns,
      packed: product.columns.pack(
        place.columns, dimension: product.dimension, scratch: place.values),
      in: place.values)
  }

  /// The statistics of a band, whose similarities then stand in memory.
  private func read(_ band: Range<Int>, _ done: inout Int) -> Reader.Statistics {
    let parts = SharedArray<Reader.Statistics?>(repeating: nil, count: grid.tiles)
    let (found, start) = (parts.memory, done)
    workers.forEach(grid.tiles) { index, worker in
      if watch.isCanceled { return }
      var statistics = reader.start(rows: band)
      reader.read(compute(index, of: band), into: &statistics)
      found[index] = statistics
      watch.report(start + index + 1, worker: worker)
    }
    done += grid.tiles
    // A pass that is canceled has tiles without statistics.
    var total = found[0] ?? reader.start(rows: band)
    for index in 1..<grid.tiles { found[index].map { reader.merge($0, into: &total) } }
    reader.finish(&total)
    return total
  }

  /// Writes the coefficients of a band and sums them for its rows.
  private func sumRows(_ band: Range<Int>, _ writer: some TileWriter, _ done: inout Int) {
    let (start, dimension) = (done, product.dimension)
    let slices = grid.slices(of: band)
    workers.forEach(slices) { slice, worker in
      if watch.isCanceled { return }
      let rows = grid.rows(slice: slice, of: band)
      let first = rows.lowerBound - band.lowerBound
      let sum = forRows + rows.lowerBound * dimension
      for index in 0..<grid.tiles {
        let whole = tile(index, of: band)
        let part = Tile(
          rows: first..<(first + rows.count), columns: whole.columns, values: whole.row(first),
          stride: whole.stride)
        writer.write(part)
        product.accumulate(
          part,
          packed: product.columns.pack(part.columns, dimension: dimension, scratch: part.values),
          into: sum, adding: index > 0)
      }
      watch.report(start + slice + 1, worker: worker)
    }
    done += slices
  }

  /// Sums the coefficients of a band for all columns.
  private func sumColumns(_ band: Range<Int>, _ done: inout Int) {
    let start = done
    workers.forEach(grid.tiles) { index, worker in
      if watch.isCanceled { return }
      addTransposed(tile(index, of: band))
      watch.report(start + index + 1, worker: worker)
    }
    done += grid.tiles
  }

  private func addTransposed(_ tile: Tile) {
    product.accumulateTransposed(
      tile, into: forColumns + tile.columns.lowerBound * product.dimension)
  }

  /// Sums the coefficients of all bands for this process's columns.
  private func sumOwnColumns(
    _ writers: [some TileWriter], _ group: any ProcessGroup, _ done: inout Int
  ) {
    let (start, own) = (done, group.share(of: grid.tiles))
    workers.forEach(own.count) { place, worker in
      for (band, writer) in writers.enumerated() {
        if watch.isCanceled { return }
        let range = grid.rows(band: band)
        let tile = compute(own.lowerBound + place, of: range)
        writer.write(
          Tile(
            rows: 0..<range.count, columns: tile.columns, values: tile.values, stride: tile.stride))
        addTransposed(tile)
      }
      watch.report(start + place + 1, worker: worker)
    }
    done += own.count
  }

  /// Gives every process the sums of all.
  private func gather(_ group: any ProcessGroup) {
    let dimension = product.dimension
    func runs(_ pieces: Int, of count: Int, each size: Int) -> [Range<Int>] {
      func element(_ piece: Int) -> Int { dimension * min(count, piece * size) }
      return (0..<group.size).map { rank in
        let share = group.share(of: pieces, rank: rank)
        return element(share.lowerBound)..<element(share.upperBound)
      }
    }
    group.gather(forRows, runs: runs(grid.bands, of: grid.rows, each: grid.rowsPerBand))
    group.gather(
      forColumns, runs: runs(grid.tiles, of: grid.columns, each: grid.columnsPerTile))
  }
}
