extension Matrix {
  /// Number of distinct directions of the rows, but at most `limit`.
  ///
  /// So many clusters can spherical k-means find. A row of zeros has no direction.
  ///
  /// Complexity: O(rows · columns) on average, less where `limit` of them are found before the end.
  ///
  /// - Parameter limit: where counting ends.
  /// - Returns: the number; of rows that are not finite it says nothing.
  package func distinctDirections(upTo limit: Int) -> Int {
    var seen = Set<[Float]>()
    for first in stride(from: 0, to: rows, by: 256) where seen.count < limit {
      let part = rows(first..<min(rows, first + 256))
      let norms = part.rowDots(part).map { $0.squareRoot() }
      let unit = part.rows(times: norms.map { $0 > 0 ? 1 / $0 : 0 })
      for (row, norm) in norms.enumerated() where norm > 0 { seen.insert(Array(unit.row(row))) }
    }
    return min(limit, seen.count)
  }
}
