/// Counts, for each row, where its rank keys lie relative to some intervals.
///
/// Those inside an interval are collected if they are few. A step of `RankThresholds`.
struct RankCount: MergingReader {
  /// For each row, its intervals; those that are nil are skipped.
  let intervals: [[RankInterval?]]
  /// Excluded entries.
  let exclusions: [Exclusion]
  private let kernels = RowKernels.best

  /// What was counted for each row and interval of a block.
  struct Statistics: Sendable {
    /// [row][interval].
    fileprivate(set) var counts: [[Count]]
    fileprivate var buffer: [UInt64]
  }

  /// What is known of an interval.
  struct Count: Sendable {
    /// Keys that are kept.
    fileprivate let room: Int
    /// Keys above the interval.
    fileprivate(set) var above = 0
    /// Keys inside.
    fileprivate(set) var inside = 0
    /// Keys in each bin.
    fileprivate(set) var bins: [UInt32]
    /// The keys inside, if the interval has room for them.
    fileprivate(set) var keys: [UInt64] = []
  }

  func start(rows: Range<Int>) -> Statistics {
    Statistics(
      counts: rows.map { row in
        intervals[row].map {
          Count(
            room: $0?.room ?? 0,
            bins: [UInt32](repeating: 0, count: $0 == nil ? 0 : RankInterval.bins))
        }
      },
      buffer: [UInt64](repeating: 0, count: BlockSizes.current.maxColumns))
  }

  func read(_ tile: Tile, into statistics: inout Statistics) {
    exclusions.apply(to: tile)
    for (place, row) in tile.rows.enumerated() {
      let values = tile.row(place)
      for (index, interval) in intervals[row].enumerated() {
        guard let interval else { continue }
        let (found, above) = kernels.filter(
          values, count: tile.columns.count, from: RankKey.value(interval.lowest),
          to: RankKey.value(interval.highest), firstIndex: tile.columns.lowerBound,
          into: &statistics.buffer)
        statistics.counts[place][index].add(statistics.buffer[..<found], above: above, interval)
      }
    }
  }

  func merge(_ later: Statistics, into statistics: inout Statistics) {
    for row in statistics.counts.indices {
      for index in statistics.counts[row].indices {
        statistics.counts[row][index].add(later.counts[row][index])
      }
    }
  }
}

extension RankCount.Count {
  /// Takes keys of the values from the interval's lowest to its highest, and how many are above.
  fileprivate mutating func add(
    _ found: ArraySlice<UInt64>, above larger: Int, _ interval: RankInterval
  ) {
    let shift = interval.shift
    above += larger
    for key in found where key >= interval.lowest {
      guard key <= interval.highest else {
        above += 1
        continue
      }
      inside += 1
      bins[Int((key - interval.lowest) >> shift)] += 1
      if keys.count < room { keys.append(key) }
    }
  }

  fileprivate mutating func add(_ later: Self) {
    above += later.above
    inside += later.inside
    for bin in bins.indices { bins[bin] += later.bins[bin] }
    keys += later.keys.prefix(max(0, room - keys.count))
  }
}
