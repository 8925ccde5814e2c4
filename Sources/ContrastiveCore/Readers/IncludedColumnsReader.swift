/// The columns of each row that are not excluded, ascending.
package struct IncludedColumnsReader: MergingReader {
  /// Excluded entries.
  package let exclusions: [Exclusion]

  package init(excluding exclusions: [Exclusion]) { self.exclusions = exclusions }

  package func start(rows: Range<Int>) -> [[Int32]] { rows.map { _ in [] } }

  package func read(_ tile: Tile, into statistics: inout [[Int32]]) {
    exclusions.apply(to: tile)
    let first = Int32(tile.columns.lowerBound)
    for place in 0..<tile.rows.count {
      let values = tile.row(place)
      for column in 0..<tile.columns.count where values[column] > -.infinity {
        statistics[place].append(first + Int32(column))
      }
    }
  }

  package func merge(_ later: [[Int32]], into statistics: inout [[Int32]]) {
    for place in statistics.indices { statistics[place] += later[place] }
  }
}
