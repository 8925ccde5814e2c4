import ContrastiveKernels

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
        let coded = CodedRows(
          values, rows: 0..<count, center: center, other: center, for: product, workers: workers)
        let screen = CodeScreen(
          rows: values, rowCenter: center, columns: coded, firstColumn: 0, columnCenter: center,
          product: product)
        pairs(screen, grid, lists, decider, watch, workers)
      }
      var found = Found(screen: chosen)
      if !watch.isCanceled { collect(count, lists, decider, into: &found, workers) }
      return found
    }
  }

  /// Columns of a block that are screened at once; thresholds rise in between.
  private static let stripColumns = 128

  /// Every pair of blocks, each in turn.
  private func pairs<Some: TileScreen>(
    _ screen: Some, _ grid: SymmetricGrid, _ lists: CandidateLists, _ decider: SimilarityDecider,
    _ watch: CancelationWatch, _ workers: Workers
  ) {
    let prepared = SharedArray<Some.Block?>(repeating: nil, count: grid.blocks)
    let blocks = prepared.memory
    workers.forEach(grid.blocks) { block, _ in
      blocks[block] = screen.block(grid.rows(block: block))
    }
    let tileCount = 3 * grid.blockRows * Self.stripColumns
    let own = tileCount + screen.scratch(rows: grid.blockRows, columns: Self.stripColumns)
    let scratch = Scratch(
      count: min(workers.count, max(1, grid.pairs)) * (own + Self.stripColumns))
    let memory = scratch.memory
    grid.forEachInTurn(workers) { index, pair, worker in
      guard !watch.isCanceled, let second = pair.second, let block = blocks[pair.first] else {
        return
      }
      let room = memory + worker * (own + Self.stripColumns)
      let never = room + own
      never.update(repeating: .infinity, count: Self.stripColumns)
      let (range, others) = (grid.rows(block: pair.first), grid.rows(block: second))
      let isDiagonal = second == pair.first
      for start in stride(from: others.lowerBound, to: others.upperBound, by: Self.stripColumns) {
        let span = start..<min(others.upperBound, start + Self.stripColumns)
        room.withMemoryRebound(to: ContrastivePair.self, capacity: tileCount / 3) { pairs in
          let count = screen.sift(
            block, span, rowThresholds: lists.thresholds + range.lowerBound,
            columnThresholds: isDiagonal
              ? UnsafePointer(never) : UnsafePointer(lists.thresholds + start),
            scratch: room + tileCount, into: pairs)
          for place in 0..<count {
            let (row, column) = (Int(pairs[place].row), Int(pairs[place].column) + start)
            let (index, upper) = (range.lowerBound + row, pairs[place].value)
            guard index != column else { continue }
            lists.take(
              column, upper: upper, gap: screen.gap(block, row: row, column: column), row: index,
              decider: decider)
            guard !isDiagonal else { continue }
            lists.take(
              index, upper: upper, gap: screen.gap(block, row: row, column: column), row: column,
              decider: decider)
          }
        }
      }
      watch.report(index + 1, worker: worker)
    }
  }
}
