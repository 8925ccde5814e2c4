/// Coefficients of a set against itself, one softmax outside each row's group and another inside.
///
/// ```
/// outside the group   G[r, c] = outside.weight[r] · exp((s − outside.shift[r]) / temperature)
/// inside, c ≠ r      G[r, c] = inside.weight[r] · exp((s − inside.shift[r]) / temperature)
///                              − target[r]
/// ```
/// and what is left in the tile is G[r, c] + G[c, r]: a `SymmetricPass` then sums (G + Gᵀ) ·
/// rows.
package struct GroupedSoftmaxWriter: TileWriter {
  package let groups: RowGroups
  /// Entries inside groups of fewer rows than this are 0.
  package let smallestGroup: Int
  package let target: [Float]
  private let outside: SoftmaxWriter
  private let inside: SoftmaxWriter

  package init(
    temperature: Double, groups: RowGroups, smallestGroup: Int, outside: SoftmaxWriter.Side,
    inside: SoftmaxWriter.Side, target: [Float]
  ) {
    self.groups = groups
    self.smallestGroup = smallestGroup
    self.outside = SoftmaxWriter(temperature: temperature, rows: outside, columns: outside)
    self.inside = SoftmaxWriter(temperature: temperature, rows: inside, columns: inside)
    self.target = target
  }

  package func write(_ tile: Tile) {
    guard groups.meet(tile) else { return outside.write(tile) }
    for row in tile.rows {
      let group = groups[row].clamped(to: tile.columns)
      outside.write(tile.part(row: row, tile.columns.lowerBound..<group.lowerBound))
      outside.write(tile.part(row: row, group.upperBound..<tile.columns.upperBound))
      let own = tile.part(row: row, group)
      guard groups[row].count >= smallestGroup else {
        own.values.update(repeating: 0, count: group.count)
        continue
      }
      inside.write(own)
      target.withUnsafeBufferPointer { target in
        let mine = target[row]
        for place in 0..<group.count {
          own.values[place] -= mine + target[group.lowerBound + place]
        }
      }
      if group ~= row { own.values[row - group.lowerBound] = 0 }
    }
  }
}
