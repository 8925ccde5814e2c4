/// Rows of which those that belong together stand side by side, such as images sorted by label.
///
/// In a sweep of a set against itself the columns that belong to a row are then one run.
package struct RowRuns: Sendable, Equatable {
  private let runs: [Range<Int>]

  /// - Parameter lengths: rows of each run, in order, none of them 0.
  package init(lengths: [Int]) {
    var runs: [Range<Int>] = []
    for length in lengths {
      let run = runs.count..<(runs.count + length)
      for _ in run { runs.append(run) }
    }
    self.runs = runs
  }

  /// Number of rows.
  package var rows: Int { runs.count }

  /// The run of a row, the row itself included.
  package subscript(row: Int) -> Range<Int> { runs[row] }

  /// Whether a run of one of the tile's rows reaches into its columns.
  package func meet(_ tile: Tile) -> Bool {
    guard !tile.rows.isEmpty else { return false }
    let all = runs[tile.rows.lowerBound].lowerBound..<runs[tile.rows.upperBound - 1].upperBound
    return all.overlaps(tile.columns)
  }
}

extension Tile {
  /// One row of the tile between two of its columns; indices are those of the whole matrix.
  func part(row: Int, _ range: Range<Int>) -> Tile {
    Tile(
      rows: row..<(row + 1), columns: range,
      values: self.row(row - rows.lowerBound) + (range.lowerBound - columns.lowerBound),
      stride: stride)
  }
}

extension Range<Int> {
  /// The part below an index and the part above it.
  func around(_ index: Int) -> (below: Range, above: Range) {
    let low = Swift.min(Swift.max(index, lowerBound), upperBound)
    let high = Swift.min(Swift.max(index + 1, lowerBound), upperBound)
    return (lowerBound..<low, high..<upperBound)
  }
}
