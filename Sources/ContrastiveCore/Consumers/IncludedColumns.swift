/// The columns of each row that no exclusion leaves out, ascending.
package struct IncludedColumns: TileConsumer {
  /// Entries that take no part.
  package let exclusions: [Exclusion]

  package init(excluding exclusions: [Exclusion]) { self.exclusions = exclusions }

  package func start(rows: Range<Int>) -> [[Int32]] { rows.map { _ in [] } }

  package func consume(
    _ tile: Tile, into partial: inout [[Int32]], rescale: UnsafeMutablePointer<Float>
  ) {
    for exclusion in exclusions { exclusion.apply(to: tile) }
    let first = Int32(tile.columns.lowerBound)
    for place in 0..<tile.rows.count {
      let values = tile.row(place)
      for column in 0..<tile.columns.count where values[column] > -.infinity {
        partial[place].append(first + Int32(column))
      }
    }
  }

  package func merge(
    _ later: [[Int32]], into partial: inout [[Int32]],
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    for place in partial.indices { partial[place] += later[place] }
  }
}
