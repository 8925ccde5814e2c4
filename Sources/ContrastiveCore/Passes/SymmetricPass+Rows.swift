extension SymmetricPass {
  /// The statistics of each block of rows, each block by itself: those of no more blocks than there
  /// are workers are unfinished at a time.
  ///
  /// The similarities are the very ones of `read`: a tile is computed with the block that comes
  /// first as its rows, and transposed for the other. Complexity: 2 · rows² · dimension
  /// floating-point operations, twice that of `read`.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`.
  package func readRowByRow<Reader: TileReader>(
    _ reader: Reader, workers: Workers
  ) throws(ContrastiveError) -> [Reader.Statistics] {
    try BLAS.prepare()
    try pass.rows.requireFinite(workers)
    let grid = pass.grid
    let dimension = pass.rows.dimension
    let scratch = Scratch(count: min(workers.count, max(1, grid.blocks)) * 2 * grid.tileSize)
    let memory = scratch.memory
    let all = SharedArray<Reader.Statistics?>(repeating: nil, count: grid.blocks)
    let found = all.memory
    let watch = CancelationWatch(workers, steps: grid.blocks)
    pass.rows.matrix.withUnsafeBufferPointer { values in
      let values = SharedReadOnlyMemory(values)
      let product = TileProduct(rows: values, columns: .single(values), dimension: dimension)
      workers.forEach(grid.blocks) { block, worker in
        let own = grid.rows(block: block)
        let room = memory + worker * 2 * grid.tileSize
        var statistics = reader.start(rows: own)
        for other in 0..<grid.blocks {
          if watch.isCanceled { return }
          let others = grid.rows(block: other)
          let (first, second) = other < block ? (others, own) : (own, others)
          let packed = product.columns.pack(second, dimension: dimension, scratch: room)
          let tile = product.tile(first, second, packed: packed, in: room)
          reader.read(
            other < block
              ? BlockPairPass<SymmetricGrid>.transpose(tile, into: room + grid.tileSize) : tile,
            into: &statistics)
        }
        reader.finish(&statistics)
        found[block] = statistics
        watch.report(block + 1, worker: worker)
      }
    }
    if watch.isCanceled { throw .canceled }
    return all.elements.compactMap(\.self)
  }
}
