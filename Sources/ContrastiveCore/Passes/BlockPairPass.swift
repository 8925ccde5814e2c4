import ContrastiveKernels

/// Runs every pair of a grid's blocks; what `SymmetricPass` and `CrossingPass` share.
struct BlockPairPass<Grid: BlockPairGrid>: Sendable {
  let grid: Grid
  let rows: Operand
  /// The same operand again in a symmetric pass.
  let columns: Operand

  /// What is done with a tile.
  ///
  /// `transposed` makes a copy the other way around; `isDiagonal` says that rows and columns are
  /// one block.
  typealias Visit =
    @Sendable (
      _ pair: BlockPair, _ tile: Tile, _ product: TileProduct, _ transposed: () -> Tile
    ) -> Void

  /// Passes each tile to `visit`; blocks of a pair are its own while it runs.
  ///
  /// `kept` are tiles to be filled, or to be taken where `taking`; `finish` is called for each
  /// block after its last tile. Processes share the pairs where there is a `transfer`.
  func forEachTile(
    kept: KeptTiles?, taking: Bool, workers: Workers, transfer: BlockTransfer?,
    staying: BlockTransfer? = nil, finish: @Sendable (_ block: Int) -> Void = { _ in },
    _ visit: Visit
  ) throws(ContrastiveError) {
    try BLAS.prepare()
    let scratch = Scratch(count: min(workers.count, max(1, grid.pairs)) * 2 * grid.tileSize)
    let sets = grid.blocks / max(1, grid.blocksOfSet)
    let faults = Faults(rowBlocks: grid.blocksOfSet, columnBlocks: (sets - 1) * grid.blocksOfSet)
    let watch = CancelationWatch(workers, steps: grid.pairs)
    let group = transfer == nil ? nil : workers.processes
    rows.matrix.withSharedMemory(and: columns.matrix) { rowValues, columnValues in
      let product = TileProduct(
        rows: rowValues, columns: .single(columnValues), dimension: rows.dimension,
        product: workers.product.forTiles(rows: grid.blockRows, columns: grid.blockRows),
        codes: TileProduct.Codes(rows, columns))
      let found = faults.slots
      let memory = scratch.memory
      @Sendable func run(_ index: Int, _ pair: BlockPair, _ worker: Int) {
        guard !watch.isCanceled, let second = pair.second else { return }
        if pair.round == 0 { note(pair.first, second, in: product, found) }
        let room = memory + worker * 2 * grid.tileSize
        let tile = tile(of: index, pair.first, second, product, kept, taking, room)
        visit(pair, tile, product) { Self.transpose(tile, into: room + grid.tileSize) }
        watch.report(index + 1, worker: worker)
      }
      if let group, let transfer {
        let rounds = SharedRounds(grid, group: group, transfer: transfer, staying: staying)
        return rounds.run(workers, finish: { if !watch.isCanceled { finish($0) } }, run)
      }
      grid.forEachInTurn(workers, run)
      if !watch.isCanceled { workers.forEach(grid.blocks) { block, _ in finish(block) } }
    }
    var isCanceled = watch.isCanceled
    if let group { isCanceled = faults.gather(from: group, isCanceled: isCanceled) }
    if isCanceled { throw .canceled }
    try faults.check(rows: rows, columns: columns)
  }

  private func tile(
    of index: Int, _ first: Int, _ second: Int, _ product: TileProduct, _ kept: KeptTiles?,
    _ taking: Bool, _ room: UnsafeMutablePointer<Float>
  ) -> Tile {
    let (range, others) = (grid.rows(block: first), grid.rows(block: second))
    let slot = kept?.slot(of: index)
    if let slot, taking {
      return Tile(rows: range, columns: others, values: slot, stride: others.count)
    }
    let packed = product.columns.pack(others, dimension: product.dimension, scratch: room)
    return product.tile(range, others, packed: packed, in: slot ?? room)
  }

  /// Finds faults in the blocks of a pair of the first round, in which every block is.
  private func note(
    _ first: Int, _ second: Int, in product: TileProduct,
    _ found: (rows: SharedMemory<Int>, columns: SharedMemory<Int>)
  ) {
    found.rows[first] = Faults.find(in: product.rows, rows: grid.rows(block: first), of: rows)
    guard second != first else { return }
    found.columns[second - grid.blocksOfSet] = product.columns.firstFault(
      in: grid.rows(block: second), of: columns)
  }

  static func transpose(_ tile: Tile, into memory: UnsafeMutablePointer<Float>) -> Tile {
    contrastive_transpose(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, memory, tile.rows.count)
    return Tile(
      rows: tile.columns, columns: tile.rows, values: memory, stride: tile.rows.count)
  }
}

extension BlockPairPass {
  /// The statistics of each block, from tiles that are read for both of their blocks; of the first
  /// `count` blocks where only these are wanted.
  func read<Reader: TileReader>(
    _ reader: Reader, ofFirst count: Int? = nil, kept: KeptTiles?, workers: Workers
  ) throws(ContrastiveError) -> [Reader.Statistics] {
    let count = count ?? grid.blocks
    let all = SharedArray((0..<count).map { reader.start(rows: grid.rows(block: $0)) })
    let found = all.memory
    try forEachTile(
      kept: kept, taking: false, workers: workers,
      transfer: reader.transfer.map { BlockTransfer(of: found, by: $0, blocks: count) },
      finish: { if $0 < count { reader.finish(&found.base[$0]) } }
    ) { pair, tile, _, transposed in
      guard let second = pair.second, second != pair.first, second < count else {
        return reader.read(tile, into: &found.base[pair.first])
      }
      reader.read(
        tile, transposed: transposed, rows: &found.base[pair.first], columns: &found.base[second])
    }
    return all.elements
  }

  /// The rows of each set whose sums stay with this process; nil where it is alone, or where there
  /// are fewer blocks than processes.
  func ownRows(_ workers: Workers) -> Range<Int>? {
    guard let group = workers.processes, grid.blocksOfSet >= group.size else { return nil }
    let (own, size) = (group.share(of: grid.blocksOfSet), grid.rowsPerBlock)
    return (own.lowerBound * size)..<min(grid.rows, own.upperBound * size)
  }

  /// Σ coefficient · row of the other block for the rows of each set that stay with this process.
  func ownSums(
    _ own: Range<Int>, kept: KeptTiles?, workers: Workers, transfer: BlockTransfer = .nothing,
    finish: @Sendable (_ block: Int) -> Void = { _ in },
    _ write: @Sendable (BlockPair, Tile) -> Void
  ) throws(ContrastiveError) -> [Matrix] {
    let (grid, dimension) = (grid, rows.dimension)
    let sums = BlockSums(blocks: grid.blocks) { grid.rows(block: $0).count * dimension }
    try forEachTile(
      kept: kept, taking: true, workers: workers, transfer: transfer, staying: sums.transfer,
      finish: finish
    ) { pair, tile, product, _ in
      write(pair, tile)
      add(tile, of: pair, product, to: { sums[$0] })
    }
    return (0..<(grid.blocks / grid.blocksOfSet)).map { set in
      Matrix(rows: own.count, columns: dimension) { target in
        let target = SharedMemory(target)
        for block in (set * grid.blocksOfSet)..<((set + 1) * grid.blocksOfSet) {
          let range = grid.rows(block: block)
          guard own.contains(range.lowerBound) else { continue }
          (target + (range.lowerBound - own.lowerBound) * dimension).initialize(
            from: sums[block], count: range.count * dimension)
          sums.free(block)
        }
      }
    }
  }

  /// Adds a tile's products to the sums of its blocks.
  private func add(
    _ tile: Tile, of pair: BlockPair, _ product: TileProduct,
    to sums: (_ block: Int) -> UnsafeMutablePointer<Float>
  ) {
    let packed = product.columns.pack(
      tile.columns, dimension: product.dimension, scratch: tile.values)
    product.accumulate(tile, packed: packed, into: sums(pair.first), adding: true)
    guard let second = pair.second, second != pair.first else { return }
    product.accumulateTransposed(tile, into: sums(second))
  }

  /// Σ coefficient · row of the other block for each row of all sets, added by `visit`'s tiles.
  func sums(
    kept: KeptTiles?, workers: Workers, transfer: BlockTransfer? = .nothing,
    finish: @Sendable (_ block: Int) -> Void = { _ in },
    _ write: @Sendable (BlockPair, Tile) -> Void
  ) throws(ContrastiveError) -> Matrix {
    let isOneSet = grid.blocks == grid.blocksOfSet
    let dimension = rows.dimension
    var sums = Matrix(zeros: (isOneSet ? 1 : 2) * grid.rows, by: dimension)
    try sums.withUnsafeMutableBufferPointer { buffer throws(ContrastiveError) in
      let sums = SharedMemory(buffer)
      let transfer = transfer.map { transfer in
        transfer.with(sums) {
          let start = grid.start(block: $0) * dimension
          return start..<(start + grid.rows(block: $0).count * dimension)
        }
      }
      try forEachTile(
        kept: kept, taking: true, workers: workers, transfer: transfer, finish: finish
      ) { pair, tile, product, _ in
        write(pair, tile)
        add(tile, of: pair, product, to: { sums + grid.start(block: $0) * dimension })
      }
    }
    return sums
  }
}
