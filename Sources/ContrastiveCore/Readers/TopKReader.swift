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

  /// Candidates of each row of a block as rank keys, its best among them.
  package struct Statistics: Sendable {
    /// Row r's candidates are `keys[r * capacity ..< r * capacity + counts[r]]`.
    package fileprivate(set) var keys: [UInt64]
    fileprivate var counts: [Int]
    /// A similarity must be above this to be a candidate.
    fileprivate var thresholds: [Float]
    fileprivate var capacity: Int
    /// Room for a row's candidates.
    fileprivate var spare: [UInt64]
    /// How many of a row's candidates are wanted.
    fileprivate let k: Int

    /// Number of rows.
    package var rows: Int { counts.count }

    /// The best of each row, in order, once the pass is done.
    package var best: [[UInt64]] { (0..<rows).map(best(row:)) }

    /// The best of a row, in order, once the pass is done.
    ///
    /// Complexity: O(k).
    package func best(row: Int) -> [UInt64] {
      let (all, count) = (counts[row], min(k, counts[row]))
      var spare = [UInt64](repeating: 0, count: all)
      return [UInt64](unsafeUninitializedCapacity: all) { best, initialized in
        _ = best.initialize(fromContentsOf: keys[(row * capacity)..<(row * capacity + all)])
        guard let base = best.baseAddress else { return }
        if all > k { _ = RankKey.keepLargest(k, of: base, count: all, spare: &spare) }
        RankKey.sort(base, count: count, spare: &spare)
        initialized = count
      }
    }
  }

  package func start(rows: Range<Int>) -> Statistics {
    // Room for what is kept, as much again before it is worth sifting, and a slice.
    let capacity = 2 * k + Self.slice
    return Statistics(
      keys: [UInt64](repeating: 0, count: rows.count * capacity),
      counts: [Int](repeating: 0, count: rows.count),
      thresholds: [Float](repeating: floor.nextUp, count: rows.count), capacity: capacity,
      spare: [UInt64](repeating: 0, count: capacity), k: k)
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
    statistics = candidates(of: [statistics], atMost: k)
  }

  // Sorted only in the end, and sifted now and then: where there are few more columns than are
  // wanted, each unit would sort almost all of its own.
  package func merge(_ later: Statistics, into statistics: inout Statistics) {
    statistics = candidates(of: [statistics, later], atMost: 2 * k)
  }

  /// All candidates of each row, or where these are more than `limit` its best; without room for
  /// others.
  private func candidates(of parts: [Statistics], atMost limit: Int) -> Statistics {
    let all = (0..<parts[0].rows).map { row in parts.reduce(0) { $0 + $1.counts[row] } }
    let counts = all.map { $0 > limit ? k : $0 }
    let (capacity, most) = (counts.max() ?? 0, all.max() ?? 0)
    var keys = [UInt64](repeating: 0, count: counts.count * capacity)
    var (work, spare) = ([UInt64](repeating: 0, count: most), [UInt64](repeating: 0, count: most))
    keys.withUnsafeMutableBufferPointer { keys in
      work.withUnsafeMutableBufferPointer { work in
        guard let best = keys.baseAddress, let base = work.baseAddress else { return }
        for row in counts.indices {
          var end = 0
          for part in parts {
            let first = row * part.capacity
            part.keys.withUnsafeBufferPointer { own in
              for place in 0..<part.counts[row] { base[end + place] = own[first + place] }
            }
            end += part.counts[row]
          }
          if end > limit { _ = RankKey.keepLargest(k, of: base, count: end, spare: &spare) }
          (best + row * capacity).update(from: base, count: counts[row])
        }
      }
    }
    return Statistics(
      keys: keys, counts: counts, thresholds: parts[0].thresholds, capacity: capacity, spare: [],
      k: k)
  }
}

extension [TopKReader.Statistics] {
  /// The best of each row of all blocks, in order.
  package func best(workers: Workers) -> [[UInt64]] {
    let places = enumerated().flatMap { block, found in (0..<found.rows).map { (block, $0) } }
    return workers.map(places.count) { self[places[$0].0].best(row: places[$0].1) }
  }
}

extension TopKReader.Statistics: Portable {
  package init(from packet: inout PacketReader) {
    self.init(
      keys: packet.take(), counts: packet.take(), thresholds: packet.take(),
      capacity: packet.takeElement(), spare: packet.take(), k: packet.takeElement())
  }

  package func add(to packet: inout Packet) {
    packet.add(keys)
    packet.add(counts)
    packet.add(thresholds)
    packet.add(element: capacity)
    packet.add(spare)
    packet.add(element: k)
  }
}
