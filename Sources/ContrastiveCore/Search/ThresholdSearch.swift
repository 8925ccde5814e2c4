import ContrastiveKernels

/// The pairs of rows of a set whose similarity may reach a threshold.
///
/// Products of codes bound every similarity from above, each pair of rows once; whoever asks
/// decides what they leave open.
package struct ThresholdSearch: Sendable {
  private let rows: Operand
  private let threshold: Double
  private let product: CodeProduct

  /// The largest share of a sample's pairs that codes may leave open: one takes as long as a
  /// hundred products.
  private static let mostOpen = 0.004
  /// Columns of a block that are screened at once.
  private static let stripColumns = 128

  /// - Parameters:
  ///   - rows: in Float32, all finite.
  ///   - threshold: pairs of at least this similarity are wanted.
  ///   - product: that of codes.
  package init(rows: Operand, threshold: Double, product: CodeProduct = .best) {
    self.rows = rows
    self.threshold = threshold
    self.product = product
  }

  /// Calls `body` with the pairs of tiles that may reach the threshold, and returns what it has
  /// found of each pair of blocks.
  ///
  /// Nil where products in Float32 serve better, and nothing is called. Complexity:
  /// rows² · dimension operations on codes, which take `4 · rows · dimension` bytes where they have
  /// 16 bits, half of it where they have 8.
  ///
  /// - Parameters:
  ///   - workers: the threads to use.
  ///   - body: is given what was found before in its pair of blocks, and more pairs of rows.
  /// - Returns: what `body` has found.
  /// - Throws: `ContrastiveError.canceled`.
  package func run<Found: Sendable>(
    workers: Workers, _ body: @Sendable (_ found: inout [Found], OpenPairs) -> Void
  ) throws(ContrastiveError) -> [[Found]]? {
    let grid = SymmetricGrid(rows: rows.rows)
    let watch = CancelationWatch(workers, steps: grid.pairs)
    let found = rows.matrix.withSharedMemory { values -> [[Found]]? in
      guard let screen = screen(values, workers) else { return nil }
      let all = SharedArray<[Found]>(repeating: [], count: grid.pairs)
      let memory = all.memory
      pairs(screen, grid, watch, workers, body) { memory[$0] = $1 }
      return all.elements
    }
    if watch.isCanceled { throw .canceled }
    return found
  }

  private func screen(
    _ values: SharedReadOnlyMemory<Float>, _ workers: Workers
  ) -> CodeScreen? {
    let center = CodedRows.center(
      of: values, rows: rows.rows, dimension: rows.dimension, workers: workers)
    let constant = center.reduce(0) { $0 + Double($1) * Double($1) }
    let sample = CodeSample(
      rows: values, columns: values, rowCenter: center, columnCenter: center, product: product,
      workers: workers)
    guard let sample, sample.openShare(threshold: threshold - constant) <= Self.mostOpen else {
      return nil
    }
    return CodeScreen(
      rows: values, rowCenter: center,
      columns: CodedRows(
        values, rows: 0..<rows.rows, center: center, other: center, for: product, workers: workers),
      firstColumn: 0, columnCenter: center, product: product)
  }

  private func pairs<Found: Sendable>(
    _ screen: CodeScreen, _ grid: SymmetricGrid, _ watch: CancelationWatch, _ workers: Workers,
    _ body: @Sendable (_ found: inout [Found], OpenPairs) -> Void,
    _ keep: @Sendable (_ index: Int, [Found]) -> Void
  ) {
    let prepared = SharedArray<CodeScreen.Block?>(repeating: nil, count: grid.blocks)
    let blocks = prepared.memory
    workers.forEach(grid.blocks) { block, _ in
      blocks[block] = screen.block(grid.rows(block: block))
    }
    let (height, strip) = (grid.blockRows, Self.stripColumns)
    let pairCount = 3 * height * strip
    let own = pairCount + height + strip + screen.scratch(rows: height, columns: strip)
    let scratch = Scratch(count: min(workers.count, max(1, grid.pairs)) * own)
    let memory = scratch.memory
    let least = threshold.rounded(toFloat: .down)
    workers.forEach(grid.pairs) { index, worker in
      let pair = grid.pair(index)
      guard !watch.isCanceled, let second = pair.second, let block = blocks[pair.first] else {
        return
      }
      let room = memory + worker * own
      let wanted = room + pairCount
      let never = wanted + height
      wanted.update(repeating: least, count: height)
      never.update(repeating: .infinity, count: strip)
      let others = grid.rows(block: second)
      var found: [Found] = []
      for start in stride(from: others.lowerBound, to: others.upperBound, by: strip) {
        let span = start..<min(others.upperBound, start + strip)
        room.withMemoryRebound(to: ContrastivePair.self, capacity: height * strip) { pairs in
          let count = screen.sift(
            block, span, rowThresholds: wanted, columnThresholds: never, scratch: never + strip,
            into: pairs)
          let open = UnsafeBufferPointer(start: pairs, count: count)
          body(
            &found,
            OpenPairs(pairs: open, row: grid.rows(block: pair.first).lowerBound, column: start))
        }
      }
      keep(index, found)
      watch.report(index + 1, worker: worker)
    }
  }
}

/// Pairs of rows whose bounds are open, the lower row first.
package struct OpenPairs {
  fileprivate let pairs: UnsafeBufferPointer<ContrastivePair>
  fileprivate let row: Int
  fileprivate let column: Int

  /// Calls `body` with each pair.
  package func forEach(_ body: (_ row: Int, _ column: Int) -> Void) {
    for pair in pairs {
      let (first, second) = (row + Int(pair.row), column + Int(pair.column))
      if first < second { body(first, second) }
    }
  }
}
