/// Coefficients of a set against itself, one softmax outside each row's run and another inside.
///
/// ```
/// outside the run    G[r, c] = outside.weight[r] · exp((s − outside.shift[r]) / temperature)
/// inside, c ≠ r      G[r, c] = inside.weight[r] · exp((s − inside.shift[r]) / temperature) − target[r]
/// ```
/// and what is left in the tile is G[r, c] + G[c, r]: a symmetric sweep then accumulates (G + Gᵀ) ·
/// rows.
package struct RunCoefficients: TileConsumer {
  package let temperature: Double
  package let runs: RowRuns
  /// Entries inside runs of fewer rows than this are 0.
  package let smallestRun: Int
  package let outside: SoftmaxCoefficients.Side
  package let inside: SoftmaxCoefficients.Side
  package let target: [Float]
  private let kernels = RowKernels.best

  package init(
    temperature: Double, runs: RowRuns, smallestRun: Int, outside: SoftmaxCoefficients.Side,
    inside: SoftmaxCoefficients.Side, target: [Float]
  ) {
    self.temperature = temperature
    self.runs = runs
    self.smallestRun = smallestRun
    self.outside = outside
    self.inside = inside
    self.target = target
  }

  package var isSymmetric: Bool { true }

  package func start(rows: Range<Int>) {}

  package func consume(
    _ tile: Tile, into partial: inout Void, rescale: UnsafeMutablePointer<Float>
  ) {
    guard runs.meet(tile) else { return apply(outside, to: tile) }
    for row in tile.rows {
      let run = runs[row].clamped(to: tile.columns)
      apply(outside, to: tile.part(row: row, tile.columns.lowerBound..<run.lowerBound))
      apply(outside, to: tile.part(row: row, run.upperBound..<tile.columns.upperBound))
      let own = tile.part(row: row, run)
      guard runs[row].count >= smallestRun else {
        own.values.update(repeating: 0, count: run.count)
        continue
      }
      apply(inside, to: own)
      target.withUnsafeBufferPointer { target in
        let mine = target[row]
        for place in 0..<run.count { own.values[place] -= mine + target[run.lowerBound + place] }
      }
      if run ~= row { own.values[row - run.lowerBound] = 0 }
    }
  }

  private func apply(_ side: SoftmaxCoefficients.Side, to part: Tile) {
    guard !part.columns.isEmpty else { return }
    let side = Optional(side)
    side.withPointers(from: part.rows.lowerBound) { rowShift, rowWeight in
      side.withPointers(from: part.columns.lowerBound) { columnShift, columnWeight in
        kernels.softmaxCoefficients(
          part, inverseTemperature: Float(1 / temperature), rowShift: rowShift,
          rowWeight: rowWeight, columnShift: columnShift, columnWeight: columnWeight)
      }
    }
  }

  package func merge(
    _ later: Void, into partial: inout Void,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {}
}
