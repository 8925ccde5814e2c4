/// Softmax statistics of a set whose groups of rows stand side by side: for each row the columns
/// outside its group, and apart from them the columns of its group but itself.
package struct GroupedSoftmaxReader: TileReader {
  package let temperature: Double
  package let groups: RowGroups
  /// Groups of fewer rows than this are not looked at inside.
  package let smallestGroup: Int
  private let inverse: Float
  private let kernels = RowKernels.best

  package init(temperature: Double, groups: RowGroups, smallestGroup: Int) {
    self.temperature = temperature
    self.groups = groups
    self.smallestGroup = smallestGroup
    inverse = Float(1 / temperature)
  }

  /// What is known of a block of rows.
  package struct Statistics: Sendable {
    /// The columns outside the row's group.
    package var outside: SoftmaxStatistics
    /// The other columns of the row's group.
    package var inside: SoftmaxStatistics
    /// Sum of the similarities inside.
    package var total: [Double]
  }

  package func start(rows: Range<Int>) -> Statistics {
    Statistics(
      outside: SoftmaxStatistics(rows: rows.count), inside: SoftmaxStatistics(rows: rows.count),
      total: [Double](repeating: 0, count: rows.count))
  }

  package func read(_ tile: Tile, into statistics: inout Statistics) {
    statistics.outside.withPointers { outside in
      guard groups.meet(tile) else {
        return kernels.softmaxStatistics(tile, inverseTemperature: inverse, into: outside)
      }
      statistics.inside.withPointers { inside in
        for (place, row) in tile.rows.enumerated() {
          let group = groups[row].clamped(to: tile.columns)
          let outer = (outside.from(place), inside.from(place))
          add(tile.part(row: row, tile.columns.lowerBound..<group.lowerBound), to: outer.0)
          add(tile.part(row: row, group.upperBound..<tile.columns.upperBound), to: outer.0)
          guard groups[row].count >= smallestGroup else { continue }
          let (below, above) = group.around(row)
          let (first, second) = (tile.part(row: row, below), tile.part(row: row, above))
          add(first, to: outer.1)
          add(second, to: outer.1)
          statistics.total[place] +=
            kernels.sum(first.values, count: below.count)
            + kernels.sum(second.values, count: above.count)
        }
      }
    }
  }

  private func add(_ part: Tile, to statistics: SoftmaxStatistics.Pointers) {
    guard !part.columns.isEmpty else { return }
    kernels.softmaxStatistics(part, inverseTemperature: inverse, into: statistics)
  }

  package func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout Statistics, columns: inout Statistics
  ) {
    guard !groups.meet(tile) else {
      let other = transposed()
      read(tile, into: &rows)
      return read(other, into: &columns)
    }
    rows.outside.withPointers { rows in
      columns.outside.withPointers {
        kernels.softmaxStatistics(tile, inverseTemperature: inverse, ofRows: rows, ofColumns: $0)
      }
    }
  }
}

extension Range<Int> {
  /// The part below an index and the part above it.
  fileprivate func around(_ index: Int) -> (below: Range, above: Range) {
    let low = Swift.min(Swift.max(index, lowerBound), upperBound)
    let high = Swift.min(Swift.max(index + 1, lowerBound), upperBound)
    return (lowerBound..<low, high..<upperBound)
  }
}

extension GroupedSoftmaxReader.Statistics: Portable {
  package init(from packet: inout PacketReader) {
    self.init(
      outside: SoftmaxStatistics(from: &packet), inside: SoftmaxStatistics(from: &packet),
      total: packet.take())
  }

  package func add(to packet: inout Packet) {
    outside.add(to: &packet)
    inside.add(to: &packet)
    packet.add(total)
  }
}
