/// The k largest similarities of each row with their columns: similarity descending, then column
/// ascending.
package struct TopKReader: MergingReader {
  package let k: Int
  /// Excluded entries.
  package let exclusions: [Exclusion]
  /// Only similarities above this are candidates.
  package let floor: Float
  private let kernels = RowKernels.best
  /// Columns looked at between two checks for room.
  private static let slice = 64

  /// - Parameters:
  ///   - k: at least 1 and at most the number of columns that are not excluded.
  ///   - floor: similarities at or below it are no candidates, and a row may get fewer than k.
  ///   - exclusions: excluded entries.
  package init(
    k: Int, above floor: Float = -.infinity, excluding exclusions: [Exclusion] = []
  ) {
    precondition(k > 0)
    self.k = k
    self.floor = floor
    self.exclusions = exclusions
  }

  /// Candidates of each row of a block as rank keys; exactly its best, in order, when finished.
  package struct Statistics: Sendable {
    /// Row r's candidates are `keys[r * capacity ..< r * capacity + counts[r]]`.
    package fileprivate(set) var keys: [UInt64]
    fileprivate var counts: [Int]
    /// A similarity must be above this to be a candidate.
    fileprivate var thresholds: [Float]
    fileprivate var capacity: Int
    /// Room for a row's candidates.
    fileprivate var spare: [UInt64]

    /// Number of rows.
    package var rows: Int { counts.count }

    /// The best of each row, in order, once the pass is done.
    package var best: [ArraySlice<UInt64>] { (0..<rows).map(best(row:)) }

    /// The best of a row, in order, once the pass is done.
    package func best(row: Int) -> ArraySlice<UInt64> {
      keys[(row * capacity)..<(row * capacity + counts[row])]
    }
  }

  package func start(rows: Range<Int>) -> Statistics {
    // Room for what is kept, as much again before it is worth sifting, and a slice.
    let capacity = 2 * k + Self.slice
    return Statistics(
      keys: [UInt64](repeating: 0, count: rows.count * capacity),
      counts: [Int](repeating: 0, count: rows.count),
      thresholds: [Float](repeating: floor.nextUp, count: rows.count), capacity: capacity,
      spare: [UInt64](repeating: 0, count: capacity))
  }

  package func read(_ tile: Tile, into statistics: inout Statistics) {
    exclusions.apply(to: tile)
    let capacity = statistics.capacity
    statistics.keys.withUnsafeMutableBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      for row in 0..<tile.rows.count {
        let own = base + row * capacity
        var count = statistics.counts[row]
        var threshold = statistics.thresholds[row]
        for start in stride(from: 0, to: tile.columns.count, by: Self.slice) {
          count += kernels.filter(
            tile.row(row) + start, count: min(Self.slice, tile.columns.count - start),
            from: threshold, firstIndex: tile.columns.lowerBound + start, into: own + count)
          guard count > 2 * k else { continue }
          let least = RankKey.keepLargest(k, of: own, count: count, spare: &statistics.spare)
          count = k
          // A tie with the k-th may still win by its index: tiles come in any order.
          threshold = RankKey.value(least)
        }
        statistics.counts[row] = count
        statistics.thresholds[row] = threshold
      }
    }
  }

  package func finish(_ statistics: inout Statistics) {
    let kept = statistics.counts.map { min($0, k) }
    let capacity = kept.max() ?? 0
    var best = [UInt64](repeating: 0, count: kept.count * capacity)
    var spare = [UInt64](repeating: 0, count: statistics.capacity)
    let (counts, room) = (statistics.counts, statistics.capacity)
    statistics.keys.withUnsafeMutableBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      for row in kept.indices {
        let own = base + row * room
        if counts[row] > k {
          _ = RankKey.keepLargest(k, of: own, count: counts[row], spare: &spare)
        }
        RankKey.sort(own, count: kept[row], spare: &spare)
        for place in 0..<kept[row] { best[row * capacity + place] = own[place] }
      }
    }
    statistics = Statistics(
      keys: best, counts: kept, thresholds: statistics.thresholds, capacity: capacity, spare: [])
  }

  package func merge(_ later: Statistics, into statistics: inout Statistics) {
    let counts = zip(statistics.counts, later.counts).map { min(k, $0 + $1) }
    let capacity = counts.max() ?? 0
    var keys = [UInt64](repeating: 0, count: counts.count * capacity)
    statistics.keys.withUnsafeBufferPointer { a in
      later.keys.withUnsafeBufferPointer { b in
        for row in counts.indices {
          var (first, second) = (row * statistics.capacity, row * later.capacity)
          let ends = (first + statistics.counts[row], second + later.counts[row])
          for place in (row * capacity)..<(row * capacity + counts[row]) {
            if second == ends.1 || (first < ends.0 && a[first] > b[second]) {
              keys[place] = a[first]
              first += 1
            } else {
              keys[place] = b[second]
              second += 1
            }
          }
        }
      }
    }
    statistics = Statistics(
      keys: keys, counts: counts, thresholds: statistics.thresholds, capacity: capacity, spare: [])
  }
}

extension TopKReader.Statistics: Portable {
  package init(from packet: inout PacketReader) {
    self.init(
      keys: packet.take(), counts: packet.take(), thresholds: packet.take(),
      capacity: packet.takeElement(), spare: packet.take())
  }

  package func add(to packet: inout Packet) {
    packet.add(keys)
    packet.add(counts)
    packet.add(thresholds)
    packet.add(element: capacity)
    packet.add(spare)
  }
}
