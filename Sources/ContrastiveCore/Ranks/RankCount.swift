/// Counts, for each row, where its rank keys lie relative to some intervals.
///
/// Those inside an interval are collected if they are few. A step of `RankThresholds`.
struct RankCount: TileConsumer {
  /// For each row, its intervals; those that are nil are skipped.
  let intervals: [[RankInterval?]]
  /// For each row a column whose key is wanted.
  let watched: [Int]?
  private let kernels = RowKernels.best

  init(intervals: [[RankInterval?]], watched: [Int]?) {
    self.intervals = intervals
    self.watched = watched
  }

  /// What was counted for each row and interval of a block.
  struct Partial: Sendable {
    /// [row][interval].
    fileprivate(set) var counts: [[Count]]
    /// Key of each row's watched column, 0 until it is seen.
    fileprivate(set) var watched: [UInt64]
    fileprivate var buffer: [UInt64]
  }

  /// What is known of an interval.
  struct Count: Sendable {
    /// Keys above the interval.
    fileprivate(set) var above = 0
    /// Keys inside.
    fileprivate(set) var inside = 0
    /// Keys in each bin.
    fileprivate(set) var bins: [UInt32]
    /// The keys inside, if they are no more than there are bins.
    fileprivate(set) var keys: [UInt64] = []
  }

  func start(rows: Range<Int>) -> Partial {
    Partial(
      counts: rows.map { row in
        intervals[row].map {
          Count(bins: [UInt32](repeating: 0, count: $0 == nil ? 0 : RankInterval.bins))
        }
      },
      watched: [UInt64](repeating: 0, count: watched == nil ? 0 : rows.count),
      buffer: [UInt64](repeating: 0, count: TileGrid.columnsPerTile))
  }

  func consume(
    _ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>
  ) {
    for (place, row) in tile.rows.enumerated() {
      let values = tile.row(place)
      if let watched, tile.columns ~= watched[row] {
        partial.watched[place] = RankKey.make(
          values[watched[row] - tile.columns.lowerBound], watched[row])
      }
      for (index, interval) in intervals[row].enumerated() {
        guard let interval else { continue }
        // Values above the next lower one: none of the interval's is missed.
        let found = kernels.filterAbove(
          values, count: tile.columns.count,
          threshold: RankKey.value(interval.lowest).nextDown,
          firstIndex: tile.columns.lowerBound, into: &partial.buffer)
        partial.counts[place][index].add(partial.buffer[..<found], interval)
      }
    }
  }

  func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    for row in partial.counts.indices {
      for index in partial.counts[row].indices {
        partial.counts[row][index].add(later.counts[row][index])
      }
    }
    for row in partial.watched.indices {
      partial.watched[row] = max(partial.watched[row], later.watched[row])
    }
  }
}

extension RankCount.Count {
  fileprivate mutating func add(_ found: ArraySlice<UInt64>, _ interval: RankInterval) {
    let shift = interval.shift
    for key in found where key >= interval.lowest {
      guard key <= interval.highest else {
        above += 1
        continue
      }
      inside += 1
      bins[Int((key - interval.lowest) >> shift)] += 1
      if keys.count < RankInterval.bins { keys.append(key) }
    }
  }

  fileprivate mutating func add(_ later: Self) {
    above += later.above
    inside += later.inside
    for bin in bins.indices { bins[bin] += later.bins[bin] }
    keys += later.keys.prefix(RankInterval.bins - keys.count)
  }
}
