import ContrastiveKernels

/// Pairs of rows of a set that thresholds leave open: some rows of a block against a few columns.
struct OpenPairs<Block> {
  /// The rows' block.
  let block: Block
  /// The first of its rows.
  let firstRow: Int
  let columns: Range<Int>
  /// Whether the columns are rows of the block, too.
  let isDiagonal: Bool
  fileprivate let pairs: UnsafeBufferPointer<ContrastivePair>

  /// Calls `body` with the rows of each pair and the upper bound of their similarity.
  func forEach(_ body: (_ row: Int, _ column: Int, _ upper: Float) -> Void) {
    for pair in pairs {
      body(firstRow + Int(pair.row), columns.lowerBound + Int(pair.column), pair.value)
    }
  }
}

extension TileScreen {
  /// Calls `body` with the open pairs of each pair of blocks and its number, a block in one at a
  /// time, in the order of its rounds.
  ///
  /// A pair is open if its similarity may reach the threshold of its row, which may rise, or that
  /// of its column, if this is in another block.
  func forEachOpen(
    _ grid: SymmetricGrid, rowThresholds: SharedMemory<Float>,
    columnThresholds: SharedMemory<Float>?, watch: CancelationWatch, workers: Workers,
    _ body: @Sendable (_ index: Int, OpenPairs<Block>) -> Void
  ) {
    let prepared = SharedArray<Block?>(repeating: nil, count: grid.blocks)
    let blocks = prepared.memory
    workers.forEach(grid.blocks) { block, _ in
      blocks[block] = self.block(grid.rows(block: block))
    }
    // Few columns at once: thresholds rise in between.
    let strip = 128
    let pairCount = grid.blockRows * strip
    let own = 3 * pairCount + scratch(rows: grid.blockRows, columns: strip) + strip
    let scratch = Scratch(count: min(workers.count, max(1, grid.pairs)) * own)
    let memory = scratch.memory
    grid.forEachInTurn(workers) { index, pair, worker in
      guard !watch.isCanceled, let second = pair.second, let block = blocks[pair.first] else {
        return
      }
      let room = memory + worker * own
      let never = room + 3 * pairCount
      never.update(repeating: .infinity, count: strip)
      let (range, others) = (grid.rows(block: pair.first), grid.rows(block: second))
      let isDiagonal = second == pair.first
      for start in stride(from: others.lowerBound, to: others.upperBound, by: strip) {
        let span = start..<min(others.upperBound, start + strip)
        room.withMemoryRebound(to: ContrastivePair.self, capacity: pairCount) { pairs in
          let count = sift(
            block, span, rowThresholds: rowThresholds + range.lowerBound,
            columnThresholds: UnsafePointer(
              isDiagonal ? never : columnThresholds.map { $0 + start } ?? never),
            scratch: never + strip, into: pairs)
          body(
            index,
            OpenPairs(
              block: block, firstRow: range.lowerBound, columns: span,
              isDiagonal: isDiagonal, pairs: UnsafeBufferPointer(start: pairs, count: count)))
        }
      }
      watch.report(index + 1, worker: worker)
    }
  }
}
