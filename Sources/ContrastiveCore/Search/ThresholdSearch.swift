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

  /// - Parameters:
  ///   - rows: in Float32, all finite.
  ///   - threshold: pairs of at least this similarity are wanted.
  ///   - product: that of codes.
  package init(rows: Operand, threshold: Double, product: CodeProduct = .best) {
    self.rows = rows
    self.threshold = threshold
    self.product = product
  }

  /// What `body` adds to a list of two rows, the lower first, of the pairs that may reach the
  /// threshold; a list for each pair of blocks.
  ///
  /// Nil where products in Float32 serve better, and nothing is called. Complexity:
  /// rows² · dimension operations on codes, which take `4 · rows · dimension` bytes where they have
  /// 16 bits, half of it where they have 8.
  ///
  /// - Throws: `ContrastiveError.canceled`.
  package func run<Found: Sendable>(
    workers: Workers,
    _ body: @Sendable (_ found: inout [Found], _ row: Int, _ column: Int) -> Void
  ) throws(ContrastiveError) -> [[Found]]? {
    let grid = SymmetricGrid(rows: rows.rows)
    let watch = CancelationWatch(workers, steps: grid.pairs)
    let found = rows.matrix.withSharedMemory { values -> [[Found]]? in
      guard let screen = screen(values, grid, workers) else { return nil }
      let all = SharedArray<[Found]>(repeating: [], count: grid.pairs)
      let least = SharedArray<Float>(
        repeating: threshold.roundedDown, count: rows.rows)
      let memory = all.memory
      screen.forEachOpen(
        grid, rowThresholds: least.memory, columnThresholds: nil, watch: watch, workers: workers
      ) { index, open in
        var found = memory[index]
        memory[index] = []
        open.forEach { row, column, _ in
          if row < column { body(&found, row, column) }
        }
        memory[index] = found
      }
      return all.elements
    }
    if watch.isCanceled { throw .canceled }
    return found
  }

  private func screen(
    _ values: SharedReadOnlyMemory<Float>, _ grid: SymmetricGrid, _ workers: Workers
  ) -> CodeScreen? {
    let center = CodedRows.center(
      of: values, rows: rows.rows, dimension: rows.dimension)
    let constant = center.reduce(0) { $0 + Double($1) * Double($1) }
    let sample = CodeSample(
      rows: values, columns: values, rowCenter: center, columnCenter: center, product: product,
      workers: workers)
    guard let sample, sample.openShare(threshold: threshold - constant) <= Self.mostOpen else {
      return nil
    }
    return CodeScreen(
      of: values, in: grid, center: center, product: product, workers: workers)
  }
}
