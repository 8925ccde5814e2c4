extension SimilaritySearch {
  /// The k most similar rows of each row of a set; each pair of rows is compared once.
  ///
  /// Exclusions are symmetric, and each row with itself is among them. Complexity:
  /// O(rows² · dimension). Codes take `4 · rows · dimension` bytes where they have 16 bits, half of
  /// it where they have 8.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`, `.blas`.
  package static func graph(
    of rows: Operand, k: Int, excluding exclusions: [Exclusion] = [.diagonal],
    above floor: Double = -.infinity, screen: Screen? = nil, product: CodeProduct = .best,
    workers: Workers
  ) throws(ContrastiveError) -> Found {
    let search = SimilaritySearch(
      k: k, rows: rows, columns: rows, excluding: exclusions, above: floor, screen: screen,
      product: product)
    // Processes share a pass; those of pairs in turn share no lists.
    if search.isFoundByPass || (screen == nil && workers.processes != nil) {
      let candidates = try PassCandidates(search, workers) { reader throws(ContrastiveError) in
        try SymmetricPass(rows).read(reader, workers: workers)
      }
      return try search.find(in: candidates, workers)
    }
    try BLAS.prepare()
    try rows.requireFinite(workers)
    let grid = SymmetricGrid(rows: rows.rows)
    let watch = CancelationWatch(workers, steps: grid.pairs)
    let found = rows.matrix.withUnsafeBufferPointer { values in
      search.graph(SharedReadOnlyMemory(values), grid, watch, workers)
    }
    if watch.isCanceled { throw .canceled }
    return found
  }

  private func graph(
    _ values: SharedReadOnlyMemory<Float>, _ grid: SymmetricGrid, _ watch: CancelationWatch,
    _ workers: Workers
  ) -> Found {
    let (count, dimension) = (rows.rows, rows.dimension)
    let decider = SimilarityDecider(rows: values, columns: values, dimension: dimension)
    let center = CodedRows.center(
      of: values, rows: count, dimension: dimension)
    let chosen =
      screen
      ?? choice(
        values, values, rowCenter: center, columnCenter: center, isGraph: true, workers)
    return CandidateLists.with(rows: count, k: k, above: floor) { lists in
      if chosen == .float {
        let screen = FloatScreen(
          rows: values, columns: values, dimension: dimension, workers: workers)
        pairs(screen, grid, lists, decider, watch, workers)
      } else {
        let screen = CodeScreen(
          of: values, in: grid, center: center, product: product, workers: workers)
        pairs(screen, grid, lists, decider, watch, workers)
      }
      var found = Found(k: k, screen: chosen)
      if !watch.isCanceled { collect(count, lists, decider, into: &found, workers) }
      return found
    }
  }

  /// Every pair of blocks, each in turn.
  private func pairs<Some: TileScreen>(
    _ screen: Some, _ grid: SymmetricGrid, _ lists: CandidateLists, _ decider: SimilarityDecider,
    _ watch: CancelationWatch, _ workers: Workers
  ) {
    ExcludedPairs.with(exclusions, rows: 0..<grid.rows) { excluded in
      screen.forEachOpen(
        grid, rowThresholds: lists.thresholds, columnThresholds: lists.thresholds, watch: watch,
        workers: workers
      ) { _, open in
        screen.withGaps(open.block, open.columns) { gaps in
          open.forEach { row, column, upper in
            let gap = gaps[row - open.firstRow, column - open.columns.lowerBound]
            func take(_ row: Int, _ column: Int) {
              lists.take(
                column, upper: upper, gap: gap, row: row, decider: decider,
                unless: excluded.contain(row: row, column: column) {
                  decider.similarity(row, column)
                })
            }
            take(row, column)
            if !open.isDiagonal { take(column, row) }
          }
        }
      }
    }
  }
}
