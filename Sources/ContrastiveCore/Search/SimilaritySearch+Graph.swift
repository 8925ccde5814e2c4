extension SimilaritySearch {
  /// The k most similar others of each row of a set; each pair of rows is compared once.
  ///
  /// Complexity: O(rows² · dimension). Codes take `4 · rows · dimension` bytes where they have 16
  /// bits, half of it where they have 8.
  ///
  /// - Parameters:
  ///   - rows: in Float32.
  ///   - k: 1 … the number of rows − 1.
  ///   - screen: what bounds similarities; when nil what follows from the problem.
  ///   - product: that of codes.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the others of each row.
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`, `.blas`.
  package static func graph(
    of rows: Operand, k: Int, screen: Screen? = nil, product: CodeProduct = .best,
    workers: Workers
  ) throws(ContrastiveError) -> Found {
    let search = SimilaritySearch(
      k: k, rows: rows, columns: rows, compared: .others, screen: screen, product: product)
    // Processes share a pass; those of pairs in turn share no lists.
    if search.isFoundByPass || (screen == nil && workers.processes != nil) {
      let reader = TopKReader(k: search.kept, excluding: [.diagonal])
      return try search.decide(
        SymmetricPass(rows).read(reader, workers: workers), workers: workers)
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
      of: values, rows: count, dimension: dimension, workers: workers)
    let chosen =
      screen ?? choice(values, values, rowCenter: center, columnCenter: center, workers)
    return CandidateLists.with(rows: count, k: k) { lists in
      if chosen == .float {
        let screen = FloatScreen(
          rows: values, columns: values, dimension: dimension, workers: workers)
        pairs(screen, grid, lists, decider, watch, workers)
      } else {
        let screen = CodeScreen(
          of: values, in: grid, center: center, product: product, workers: workers)
        pairs(screen, grid, lists, decider, watch, workers)
      }
      var found = Found(screen: chosen)
      if !watch.isCanceled { collect(count, lists, decider, into: &found, workers) }
      return found
    }
  }

  /// Every pair of blocks, each in turn.
  private func pairs<Some: TileScreen>(
    _ screen: Some, _ grid: SymmetricGrid, _ lists: CandidateLists, _ decider: SimilarityDecider,
    _ watch: CancelationWatch, _ workers: Workers
  ) {
    screen.forEachOpen(
      grid, rowThresholds: lists.thresholds, columnThresholds: lists.thresholds, watch: watch,
      workers: workers
    ) { _, open in
      screen.withGaps(open.block, open.columns) { gaps in
        open.forEach { row, column, upper in
          guard row != column else { return }
          let gap = gaps[row - open.firstRow, column - open.columns.lowerBound]
          lists.take(column, upper: upper, gap: gap, row: row, decider: decider)
          guard !open.isDiagonal else { return }
          lists.take(row, upper: upper, gap: gap, row: column, decider: decider)
        }
      }
    }
  }
}
