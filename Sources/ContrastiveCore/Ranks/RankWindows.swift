/// For each row the columns whose similarity has a rank in a range; ties go to the lower column.
///
/// As an exclusion it holds in sweeps of the same rows and columns that it was made from: a
/// similarity then has the same bits each time.
package struct RankWindows: Sendable {
  private let highest: [UInt64]
  private let lowest: [UInt64]
  /// Whether each row's watched column is inside; empty when none is watched.
  package let holdsWatched: [Bool]
  private let kernels = RowKernels.best

  /// The columns of ranks `ranks`, which must not be empty.
  ///
  /// Complexity: that of `RankThresholds`, or none for all ranks.
  package init(
    _ ranks: Range<Int>, of rows: Operand, among columns: Operand, watching watched: [Int]? = nil,
    workers: Workers
  ) throws(ContrastiveError) {
    precondition(!ranks.isEmpty && ranks.lowerBound >= 0)
    precondition(ranks.upperBound <= columns.matrix.rows)
    let all = RankInterval.all
    let fromTop = ranks.lowerBound == 0
    let toBottom = ranks.upperBound == columns.matrix.rows
    let ends = (fromTop ? [] : [ranks.lowerBound]) + (toBottom ? [] : [ranks.upperBound - 1])
    guard !ends.isEmpty else {
      highest = [UInt64](repeating: all.highest, count: rows.matrix.rows)
      lowest = [UInt64](repeating: all.lowest, count: rows.matrix.rows)
      holdsWatched = watched?.map { _ in true } ?? []
      return
    }
    let found = try RankThresholds(
      ends, of: rows, among: columns, watching: watched, workers: workers)
    let highest = found.keys.map { fromTop ? all.highest : $0[0] }
    let lowest = found.keys.map { toBottom ? all.lowest : $0[$0.count - 1] }
    (self.highest, self.lowest) = (highest, lowest)
    holdsWatched = found.watched.indices.map { row in
      lowest[row] <= found.watched[row] && found.watched[row] <= highest[row]
    }
  }

  /// Sets what is outside the windows to −∞.
  func apply(to tile: Tile) {
    for (place, row) in tile.rows.enumerated() {
      kernels.excludeOutside(
        tile.row(place), count: tile.columns.count, firstIndex: tile.columns.lowerBound,
        highest: highest[row], lowest: lowest[row])
    }
  }
}
