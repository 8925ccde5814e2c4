/// Softmax statistics of a set against itself: for each row the columns outside its run, and apart
/// from them the columns of its run but itself.
package struct RunSoftmax: TileConsumer {
  package let temperature: Double
  package let runs: RowRuns
  /// Runs of fewer rows than this are not looked at inside.
  package let smallestRun: Int
  private let inverse: Float
  private let kernels = RowKernels.best

  package init(temperature: Double, runs: RowRuns, smallestRun: Int) {
    self.temperature = temperature
    self.runs = runs
    self.smallestRun = smallestRun
    inverse = Float(1 / temperature)
  }

  /// What is known of a block of rows.
  package struct Partial: Sendable {
    /// The columns outside the row's run.
    package var outside: RunningSoftmax.Partial
    /// The other columns of the row's run.
    package var inside: RunningSoftmax.Partial
    /// Sum of the similarities inside.
    package var total: [Double]
  }

  package var leavesSimilarities: Bool { true }

  package func start(rows: Range<Int>) -> Partial {
    let softmax = RunningSoftmax(temperature: temperature)
    return Partial(
      outside: softmax.start(rows: rows), inside: softmax.start(rows: rows),
      total: [Double](repeating: 0, count: rows.count))
  }

  package func consume(
    _ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>
  ) {
    partial.outside.withPointers { outside in
      guard runs.meet(tile) else {
        kernels.softmaxStatistics(
          tile, inverseTemperature: inverse, maximum: outside.maximum, sum: outside.sum,
          spread: outside.spread)
        return
      }
      partial.inside.withPointers { inside in
        for (place, row) in tile.rows.enumerated() {
          let run = runs[row].clamped(to: tile.columns)
          fold(tile.part(row: row, tile.columns.lowerBound..<run.lowerBound), outside, place)
          fold(tile.part(row: row, run.upperBound..<tile.columns.upperBound), outside, place)
          guard runs[row].count >= smallestRun else { continue }
          let (below, above) = run.around(row)
          let (first, second) = (tile.part(row: row, below), tile.part(row: row, above))
          fold(first, inside, place)
          fold(second, inside, place)
          partial.total[place] +=
            kernels.sum(first.values, count: below.count)
            + kernels.sum(second.values, count: above.count)
        }
      }
    }
  }

  private func fold(_ part: Tile, _ statistics: RunningSoftmax.Pointers, _ place: Int) {
    guard !part.columns.isEmpty else { return }
    kernels.softmaxStatistics(
      part, inverseTemperature: inverse, maximum: statistics.maximum + place,
      sum: statistics.sum + place, spread: statistics.spread + place)
  }

  package func consumeBoth(
    _ tile: Tile, into partial: inout Partial, mirrored: inout Partial
  ) -> Bool {
    guard !runs.meet(tile) else { return false }
    partial.outside.withPointers { rows in
      mirrored.outside.withPointers { columns in
        kernels.softmaxStatistics(
          tile, inverseTemperature: inverse, ofRows: rows, ofColumns: columns)
      }
    }
    return true
  }

  package func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    let softmax = RunningSoftmax(temperature: temperature)
    softmax.merge(later.outside, into: &partial.outside, keep: keep, add: add)
    softmax.merge(later.inside, into: &partial.inside, keep: keep, add: add)
    for row in partial.total.indices { partial.total[row] += later.total[row] }
  }
}
