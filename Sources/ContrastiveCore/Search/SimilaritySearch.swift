import ContrastiveKernels

/// The most similar columns of each row, exact in the sense of dot products in Double.
///
/// A screen bounds every similarity from above: codes of 8 bits, or Float32. What its bounds do not
/// rule out is decided in Double, ties by the lower index, so that the result is the same whatever
/// the screen, the instruction set and the number of threads.
package struct SimilaritySearch: Sendable {
  /// What bounds similarities.
  package enum Screen: String, Sendable {
    /// Products of 8-bit codes.
    case codes
    /// Products in Float32.
    case float
  }

  /// The best of each row.
  package struct Found: Sendable {
    /// [rows × k], row-major: most similar first.
    package let columns: [Int]
    /// Their dot products, rounded from Double.
    package let similarities: [Float]
    /// What bounded the similarities.
    package let screen: Screen
    /// Share of all pairs that were decided in Double.
    package let survivors: Double
  }

  let k: Int
  let rows: Operand
  let columns: Operand
  let screen: Screen?
  let product: CodeProduct

  /// A search for the k nearest.
  ///
  /// - Parameters:
  ///   - k: 1 … the number of columns.
  ///   - rows: in Float32.
  ///   - columns: in Float32, of the rows' dimension.
  ///   - screen: what bounds similarities; when nil what follows from the problem.
  ///   - product: that of codes.
  package init(
    k: Int, rows: Operand, columns: Operand, screen: Screen? = nil,
    product: CodeProduct = .best
  ) {
    self.k = k
    self.rows = rows
    self.columns = columns
    self.screen = screen
    self.product = product
  }

  /// Rows of a block, and columns of a tile.
  private static let blockRows = 192
  private static let tileColumns = 256
  /// Bytes of codes that are held at once.
  private static let maxCodeBytes = 128 << 20

  /// Finds the k most similar columns of each row.
  ///
  /// Complexity: O(rows · columns · dimension).
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`, `.blas`.
  package func run(workers: Workers) throws(ContrastiveError) -> Found {
    try BLAS.prepare()
    try rows.requireFinite(workers)
    try columns.requireFinite(workers)
    let watch = CancelationWatch(workers, steps: rowBlocks.count)
    let found = rows.matrix.withUnsafeBufferPointer { rowValues in
      columns.matrix.withUnsafeBufferPointer { columnValues in
        search(
          SharedReadOnlyMemory(rowValues), SharedReadOnlyMemory(columnValues), watch, workers)
      }
    }
    if watch.isCanceled { throw .canceled }
    return found
  }

  private func search(
    _ rowValues: SharedReadOnlyMemory<Float>, _ columnValues: SharedReadOnlyMemory<Float>,
    _ watch: CancelationWatch, _ workers: Workers
  ) -> Found {
    let dimension = rows.dimension
    let decider = SimilarityDecider(rows: rowValues, columns: columnValues, dimension: dimension)
    let blocks = rowBlocks
    let rowCenter = CodedRows.center(
      of: rowValues, rows: rows.rows, dimension: dimension, workers: workers)
    let columnCenter = CodedRows.center(
      of: columnValues, rows: columns.rows, dimension: dimension, workers: workers)
    let chosen =
      screen
      ?? choice(rowValues, columnValues, rowCenter: rowCenter, columnCenter: columnCenter, workers)
    return CandidateLists.with(rows: rows.rows, k: k) { lists in
      if chosen == .float {
        let screen = FloatScreen(
          rows: rowValues, columns: columnValues, dimension: dimension, workers: workers)
        pass(screen, 0..<columns.rows, blocks, lists, decider, watch, workers)
      } else {
        let units = product.units(dimension: dimension)
        let atOnce = max(Self.tileColumns, Self.maxCodeBytes / (4 * units))
        for start in stride(from: 0, to: columns.rows, by: atOnce) {
          let range = start..<min(columns.rows, start + atOnce)
          let coded = CodedRows(
            columnValues, rows: range, center: columnCenter, other: rowCenter, for: product,
            workers: workers)
          let screen = CodeScreen(
            rows: rowValues, rowCenter: rowCenter, columns: coded, firstColumn: start,
            columnCenter: columnCenter, product: product)
          pass(screen, range, blocks, lists, decider, watch, workers)
        }
      }
      return watch.isCanceled
        ? Found(columns: [], similarities: [], screen: chosen, survivors: 0)
        : collect(lists, decider, chosen, workers)
    }
  }

  /// Blocks of rows, enough of them for 16 workers.
  private var rowBlocks: [Range<Int>] {
    let count = rows.rows
    let even = pieces(pieces(count, 16 * pieces(count, 16 * Self.blockRows)), 12) * 12
    let height = min(Self.blockRows, max(48, even))
    return (0..<pieces(count, height)).map { ($0 * height)..<min(count, ($0 + 1) * height) }
  }

  /// Every block of rows against some columns.
  private func pass<Some: TileScreen>(
    _ screen: Some, _ range: Range<Int>, _ blocks: [Range<Int>], _ lists: CandidateLists,
    _ decider: SimilarityDecider, _ watch: CancelationWatch, _ workers: Workers
  ) {
    let height = blocks.first?.count ?? 0
    let tileCount = height * Self.tileColumns
    let own = screen.scratch(rows: height, columns: Self.tileColumns) + Self.tileColumns
    let scratch = Scratch(count: min(workers.count, blocks.count) * (own + 3 * tileCount))
    let memory = scratch.memory
    workers.forEach(blocks.count) { index, worker in
      if watch.isCanceled { return }
      let rows = blocks[index]
      let room = memory + worker * (own + 3 * tileCount)
      let never = room + 3 * tileCount
      never.update(repeating: .infinity, count: Self.tileColumns)
      let block = screen.block(rows)
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.tileColumns) {
        let span = start..<min(range.upperBound, start + Self.tileColumns)
        room.withMemoryRebound(to: ContrastivePair.self, capacity: tileCount) { pairs in
          let count = screen.sift(
            block, span, rowThresholds: lists.thresholds + rows.lowerBound,
            columnThresholds: never, scratch: never + Self.tileColumns, into: pairs)
          for place in 0..<count {
            let (row, column) = (Int(pairs[place].row), Int(pairs[place].column) + start)
            lists.take(
              column, upper: pairs[place].value, gap: screen.gap(block, row: row, column: column),
              row: rows.lowerBound + row, decider: decider)
          }
        }
      }
      watch.report(index + 1, worker: worker)
    }
  }

  /// The best of every row, and what it took to decide.
  func collect(
    _ lists: CandidateLists, _ decider: SimilarityDecider, _ screen: Screen, _ workers: Workers
  ) -> Found {
    let count = rows.rows
    let indices = SharedArray<Int>(repeating: 0, count: count * k)
    let similarities = SharedArray<Float>(repeating: 0, count: count * k)
    let decided = SharedArray<Int>(repeating: 0, count: count)
    let (places, values, totals) = (indices.memory, similarities.memory, decided.memory)
    let atOnce = 64
    workers.forEach(pieces(count, atOnce)) { piece, _ in
      for row in (piece * atOnce)..<min(count, (piece + 1) * atOnce) {
        let (best, number) = lists.finish(row, decider)
        for (place, entry) in best.enumerated() {
          places[row * k + place] = Int(entry.column)
          values[row * k + place] = Float(entry.similarity)
        }
        totals[row] = number
      }
    }
    let total = decided.elements.reduce(0.0) { $0 + Double($1) }
    return Found(
      columns: indices.elements, similarities: similarities.elements, screen: screen,
      survivors: total / (Double(count) * Double(columns.rows)))
  }
}
