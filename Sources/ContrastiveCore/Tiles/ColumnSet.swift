/// Columns chosen by index, whatever the row.
package struct ColumnSet: TileMask, Equatable {
  /// The indices, ascending.
  package let indices: [Int]

  /// - Parameter indices: distinct, in ascending order.
  package init(_ indices: [Int]) {
    precondition(zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 })
    self.indices = indices
  }

  /// Sets the entries of these columns to −∞.
  ///
  /// Complexity: O(log columns + rows of the tile × its columns that are chosen).
  package func exclude(from tile: Tile) {
    let low = indices.partitioningIndex { $0 >= tile.columns.lowerBound }
    let end = indices.partitioningIndex { $0 >= tile.columns.upperBound }
    guard low < end else { return }
    for row in 0..<tile.rows.count {
      let values = tile.row(row) - tile.columns.lowerBound
      for place in low..<end { values[indices[place]] = -.infinity }
    }
  }

  package func excludes(row: Int, column: Int, similarity: () -> Double) -> Bool {
    let place = indices.partitioningIndex { $0 >= column }
    return place < indices.count && indices[place] == column
  }

  package func exclude(fromTransposed tile: Tile) {
    for index in indices where tile.rows ~= index {
      tile.row(index - tile.rows.lowerBound).update(
        repeating: -.infinity, count: tile.columns.count)
    }
  }
}
