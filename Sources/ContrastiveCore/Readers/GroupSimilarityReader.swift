/// A set against itself, seen through groupings of its rows: how similar the pairs inside a group
/// are among all pairs, and which part of each row's softmax the row's own group holds.
///
/// For a `SymmetricPass` over unit rows. A row is no pair with itself.
package struct GroupSimilarityReader: TileReader {
  /// The group of each row, for each grouping.
  package let groupings: [[Int32]]
  private let inverse: Float
  private let kernels = RowKernels.best

  /// Bins of similarity, each 1/2,000 wide; the first is for what is excluded.
  package static let bins = 4004
  private static let scale: Float = 2000
  /// −1 falls into bin 2, so that rounding below it is not excluded.
  private static let offset: Float = 2002
  /// Most rows whose pairs a block can count.
  package static let maxRows = Int(UInt32.max) / (2 * BlockSizes.current.maxPairBlockRows)

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
    inverse = Float(1 / temperature)
  }

  /// What is known of a block of rows.
  package struct Statistics: Sendable {
    /// Over all others of a row.
    package fileprivate(set) var softmax: SoftmaxStatistics
    /// Σ e over the others in the row's group, [groupings × rows].
    package fileprivate(set) var groupSums: [Double]
    /// Ordered pairs of each similarity, [1 + groupings × bins]: all, then those inside a group.
    package fileprivate(set) var counts: [UInt32]
  }

  package func start(rows: Range<Int>) -> Statistics {
    Statistics(
      softmax: SoftmaxStatistics(rows: rows.count),
      groupSums: [Double](repeating: 0, count: groupings.count * rows.count),
      counts: [UInt32](repeating: 0, count: (1 + groupings.count) * Self.bins))
  }

  package func read(_ tile: Tile, into statistics: inout Statistics) {
    Exclusion.diagonal.apply(to: tile)
    // A pair of two blocks is read from both sides: it is counted on one, for both orders.
    if tile.rows.lowerBound <= tile.columns.lowerBound {
      count(tile, each: tile.rows == tile.columns ? 1 : 2, into: &statistics.counts)
    }
    let (rows, width) = (tile.rows.count, tile.columns.count)
    var rescale: Float = 1
    statistics.softmax.withPointers { found in
      tile.forEachRowCopy { place, copy in
        rescale = 1
        kernels.softmaxUpdate(
          copy, inverseTemperature: inverse, into: found.from(place), rescale: &rescale)
        for (index, groups) in groupings.enumerated() {
          statistics.groupSums[index * rows + place] *= Double(rescale)
          groups.withUnsafeBufferPointer { groups in
            guard let groups = groups.baseAddress else { return }
            statistics.groupSums[index * rows + place] += kernels.sum(
              copy.values, count: width, of: groups[copy.rows.lowerBound],
              among: groups + tile.columns.lowerBound)
          }
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
}
