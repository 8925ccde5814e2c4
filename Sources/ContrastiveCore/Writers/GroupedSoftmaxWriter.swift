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
  package let temperature: Double
  package let groups: RowGroups
  /// Entries inside groups of fewer rows than this are 0.
  package let smallestGroup: Int
  package let outside: SoftmaxWriter.Side
  package let inside: SoftmaxWriter.Side
  package let target: [Float]
  private let kernels = RowKernels.best

  package init(
    temperature: Double, groups: RowGroups, smallestGroup: Int, outside: SoftmaxWriter.Side,
    inside: SoftmaxWriter.Side, target: [Float]
  ) {
    self.temperature = temperature
    self.groups = groups
    self.smallestGroup = smallestGroup
    self.outside = outside
    self.inside = inside
    self.target = target
  }

  package func write(_ tile: Tile) {
    guard groups.meet(tile) else { return apply(outside, to: tile) }
    for row in tile.rows {
      let group = groups[row].clamped(to: tile.columns)
      apply(outside, to: tile.part(row: row, tile.columns.lowerBound..<group.lowerBound))
      apply(outside, to: tile.part(row: row, group.upperBound..<tile.columns.upperBound))
      let own = tile.part(row: row, group)
      guard groups[row].count >= smallestGroup else {
        own.values.update(repeating: 0, count: group.count)
        continue
      }
      apply(inside, to: own)
      target.withUnsafeBufferPointer { target in
        let mine = target[row]
        for place in 0..<group.count {
          own.values[place] -= mine + target[group.lowerBound + place]
        }
      }
      if group ~= row { own.values[row - group.lowerBound] = 0 }
    }
  }

  private func apply(_ side: SoftmaxWriter.Side, to part: Tile) {
    guard !part.columns.isEmpty else { return }
    let side = Optional(side)
    side.withPointers(from: part.rows.lowerBound) { rowShift, rowWeight in
      side.withPointers(from: part.columns.lowerBound) { columnShift, columnWeight in
        kernels.softmaxCoefficients(
          part, inverseTemperature: Float(1 / temperature), rowShift: rowShift,
          rowWeight: rowWeight, columnShift: columnShift, columnWeight: columnWeight)
      }
    }
  }
}
