/// The sum of the coefficients of several softmaxes over the same entries, each at a temperature of
/// its own.
package struct SoftmaxSumWriter: TileWriter {
  package let terms: [SoftmaxWriter]
  /// Entries excluded from all.
  package let exclusions: [Exclusion]

  package init(_ terms: [SoftmaxWriter], excluding exclusions: [Exclusion] = []) {
    self.terms = terms
    self.exclusions = exclusions
  }

  package func write(_ tile: Tile) {
    exclusions.apply(to: tile)
    guard let first = terms.first, terms.count > 1 else {
      terms.first?.write(tile)
      return
    }
    let count = tile.columns.count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { room in
      guard let one = room.baseAddress else { return }
      tile.forEachRowCopy { place, similarities in
        let whole = tile.part(row: similarities.rows.lowerBound, tile.columns)
        first.write(whole)
        for term in terms.dropFirst() {
          one.update(from: similarities.values, count: count)
          term.write(
            Tile(rows: whole.rows, columns: whole.columns, values: one, stride: count))
          for place in 0..<count { whole.values[place] += one[place] }
        }
      }
    }
  }
}
