/// Softmax statistics of the same similarities under several selections of the columns, for one
/// product instead of several; similarities stay as they are.
package struct SeveralSoftmax: TileConsumer {
  /// For each softmax the entries that take no part.
  package let selections: [[Exclusion]]
  private let softmax: RunningSoftmax
  private let inverse: Float
  private let kernels = RowKernels.best
  private static let width = max(TileGrid.mostColumnsPerTile, MeetingBlocks.mostRows)

  package init(temperature: Double, selections: [[Exclusion]]) {
    self.selections = selections
    softmax = RunningSoftmax(temperature: temperature, readsOnly: true)
    inverse = Float(1 / temperature)
  }

  /// What is known of a block of rows.
  package struct Partial: Sendable {
    /// One for each selection.
    package fileprivate(set) var softmaxes: [RunningSoftmax.Partial]
    /// A row of similarities.
    fileprivate var room: [Float]
  }

  package func start(rows: Range<Int>) -> Partial {
    Partial(
      softmaxes: selections.map { _ in softmax.start(rows: rows) },
      room: [Float](repeating: 0, count: Self.width))
  }

  package func consume(
    _ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>
  ) {
    let count = tile.columns.count
    for (index, exclusions) in selections.enumerated() {
      partial.room.withUnsafeMutableBufferPointer { room in
        guard let base = room.baseAddress else { return }
        for (place, row) in tile.rows.enumerated() {
          base.update(from: tile.row(place), count: count)
          let part = Tile(
            rows: row..<(row + 1), columns: tile.columns, values: base, stride: count)
          for exclusion in exclusions { exclusion.apply(to: part) }
          partial.softmaxes[index].withPointers { found in
            kernels.softmaxStatistics(
              part, inverseTemperature: inverse, maximum: found.maximum + place,
              sum: found.sum + place, spread: found.spread + place)
          }
        }
      }
    }
  }

  package func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    for index in selections.indices {
      softmax.merge(
        later.softmaxes[index], into: &partial.softmaxes[index], keep: keep, add: add)
    }
  }
}
