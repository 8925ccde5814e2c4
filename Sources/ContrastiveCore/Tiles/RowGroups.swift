/// Rows of which those that belong together stand side by side, such as images sorted by label.
///
/// In a pass over a set against itself the columns that belong to a row stand then side by side.
package struct RowGroups: Sendable, Equatable {
  private let groups: [Range<Int>]

  /// - Parameter lengths: rows of each group, in order, none of them 0.
  package init(lengths: [Int]) {
    var groups: [Range<Int>] = []
    for length in lengths {
      let group = groups.count..<(groups.count + length)
      for _ in group { groups.append(group) }
    }
    self.groups = groups
  }

  /// Number of rows.
  package var rows: Int { groups.count }

  /// The group of a row, the row itself included.
  package subscript(row: Int) -> Range<Int> { groups[row] }

  /// Whether a group of one of the tile's rows reaches into its columns.
  package func meet(_ tile: Tile) -> Bool {
    guard !tile.rows.isEmpty else { return false }
    let all = groups[tile.rows.lowerBound].lowerBound..<groups[tile.rows.upperBound - 1].upperBound
    return all.overlaps(tile.columns)
  }
}
