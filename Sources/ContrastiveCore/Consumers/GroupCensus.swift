/// A set against itself, seen through groupings of its rows: how similar the pairs inside a group
/// are among all pairs, and which part of each row's softmax the row's own group holds.
///
/// For a symmetric sweep over unit rows that does not accumulate. A row is no pair with itself.
package struct GroupCensus: TileConsumer {
  /// The group of each row, for each grouping.
  package let groupings: [[Int32]]
  private let softmax: RunningSoftmax
  private let kernels = RowKernels.best

  /// Bins of similarity, each 1/2,000 wide; the first is for what is left out.
  package static let bins = 4004
  private static let scale: Float = 2000
  /// −1 falls into bin 2, so that rounding below it is not left out.
  private static let offset: Float = 2002
  /// Most rows whose pairs a block can count.
  package static let mostRows = Int(UInt32.max) / (2 * MeetingBlocks.mostRows)

  /// The least similarity of a bin.
  package static func lowerEdge(of bin: Int) -> Double {
    (Double(bin) - Double(offset)) / Double(scale)
  }

  /// The bin of a similarity.
  package static func bin(of similarity: Double) -> Int {
    min(bins - 1, max(1, Int((similarity * Double(scale) + Double(offset)).rounded(.down))))
  }

  package init(groupings: [[Int32]], temperature: Double) {
    self.groupings = groupings
    softmax = RunningSoftmax(temperature: temperature)
  }

  /// What is known of a block of rows.
  package struct Partial: Sendable {
    /// Over all others of a row.
    package fileprivate(set) var softmax: RunningSoftmax.Partial
    /// Σ e over the others in the row's group, [groupings × rows].
    package fileprivate(set) var groupSums: [Double]
    /// Ordered pairs of each similarity, [1 + groupings × bins]: all, then those inside a group.
    package fileprivate(set) var counts: [UInt32]
  }

  package func start(rows: Range<Int>) -> Partial {
    Partial(
      softmax: softmax.start(rows: rows),
      groupSums: [Double](repeating: 0, count: groupings.count * rows.count),
      counts: [UInt32](repeating: 0, count: (1 + groupings.count) * Self.bins))
  }

  package func consume(
    _ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>
  ) {
    Exclusion.diagonal.apply(to: tile)
    // A pair of two blocks is shown from both sides: it is counted on one, for both orders.
    if tile.rows.lowerBound <= tile.columns.lowerBound {
      count(tile, each: tile.rows == tile.columns ? 1 : 2, into: &partial.counts)
    }
    softmax.consume(tile, into: &partial.softmax, rescale: rescale)
    let rows = tile.rows.count
    for (index, groups) in groupings.enumerated() {
      groups.withUnsafeBufferPointer { groups in
        guard let groups = groups.baseAddress else { return }
        for row in 0..<rows {
          let place = index * rows + row
          partial.groupSums[place] =
            partial.groupSums[place] * Double(rescale[row])
            + kernels.sum(
              tile.row(row), count: tile.columns.count, of: groups[tile.rows.lowerBound + row],
              among: groups + tile.columns.lowerBound)
        }
      }
    }
  }

  private func count(_ tile: Tile, each step: UInt32, into counts: inout [UInt32]) {
    let width = tile.columns.count
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: width) { memory in
      guard let bins = memory.baseAddress else { return }
      counts.withUnsafeMutableBufferPointer { counts in
        guard let all = counts.baseAddress else { return }
        for row in 0..<tile.rows.count {
          kernels.bin(
            tile.row(row), count: width, scale: Self.scale, offset: Self.offset,
            last: Self.bins - 1, into: bins)
          for column in 0..<width { all[Int(bins[column])] &+= step }
          for (index, groups) in groupings.enumerated() {
            let inside = all + (1 + index) * Self.bins
            groups.withUnsafeBufferPointer { groups in
              let own = groups[tile.rows.lowerBound + row]
              for column in 0..<width {
                let same = groups[tile.columns.lowerBound + column] == own
                inside[Int(bins[column])] &+= same ? step : 0
              }
            }
          }
        }
      }
    }
  }

  package func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    preconditionFailure("a symmetric sweep has nothing to merge")
  }
}
