/// The rank keys at given ranks of each row's similarities, exact however many ties there are.
///
/// Rank 0 is the largest similarity; ties go to the lower column. A sample of the columns gives each
/// rank an interval of keys; sweeps count the keys in the interval's bins and narrow it to the bin
/// that holds the rank, until few enough keys are left to sort. Similarities of continuous data take
/// two sweeps of all columns; a sweep narrows by 128 at least, so ten are enough for any data.
///
/// Complexity: 2 · rows · columns · dimension floating-point operations a sweep. Scratch:
/// `scratchBytes`, bounded whatever the rows, columns and ranks: rows are taken 2,048 at a time.
package struct RankThresholds: Sendable {
  /// [row][place in the list of ranks]: the key at that rank.
  package private(set) var keys: [[UInt64]] = []
  /// Key of each row's watched column, or 0 where it is below all ranks asked for.
  package private(set) var watched: [UInt64] = []

  /// Rows taken at a time: whole blocks of the grid, so that every similarity has the same bits as in
  /// a sweep of all rows.
  private static let rowsAtOnce = 8 * TileGrid.rowsPerTile
  /// Ranks below this are found by one sweep that keeps the largest keys.
  private static let fewest = 512
  /// Columns of the sample.
  private static let sample = 512

  /// Finds the keys.
  ///
  /// - Parameters:
  ///   - ranks: each at least 0 and below the number of columns.
  ///   - rows: the rows.
  ///   - columns: what is ranked for each row.
  ///   - watched: a column for each row, whose key is wanted too.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  package init(
    _ ranks: [Int], of rows: Operand, among columns: Operand, watching watched: [Int]? = nil,
    workers: Workers
  ) throws(ContrastiveError) {
    precondition(!ranks.isEmpty && ranks.allSatisfy { 0..<columns.matrix.rows ~= $0 })
    // Rows and columns are renumbered below, so faults are named here.
    try rows.requireFinite()
    try columns.requireFinite()
    for start in stride(from: 0, to: rows.matrix.rows, by: Self.rowsAtOnce) {
      let range = start..<min(rows.matrix.rows, start + Self.rowsAtOnce)
      let some = Operand(rows.name, rows.matrix.rows(range))
      let watched = watched.map { Array($0[range]) }
      if let deepest = ranks.max(), deepest < Self.fewest {
        try keepLargest(deepest + 1, ranks, some, columns, watched, workers)
      } else {
        try narrow(ranks, some, columns, watched, workers)
      }
    }
  }

  /// Bytes held at most beyond a sweep's own scratch.
  ///
  /// With r = min(rows, 2048) in chunks of columns c: 12 · 128 + 128 bytes for each of r · c rows and each
  /// of the ranks, or 12 KiB for each of r · c rows where a sweep keeps the largest keys.
  package static func scratchBytes(rows: Int, columns: Int, ranks: [Int]) -> Int {
    let rows = min(rows, rowsAtOnce)
    func kept(_ count: Int, _ columns: Int) -> Int {
      8 * (2 * count + TileGrid.columnsPerTile) * rows
        * TileGrid(rows: rows, columns: columns).chunks
    }
    guard let deepest = ranks.max() else { return 0 }
    if deepest < fewest { return kept(deepest + 1, columns) }
    let counted =
      ranks.count * rows * TileGrid(rows: rows, columns: columns).chunks
      * (12 * RankInterval.bins + 128)
    return max(counted, kept(sample, sample))
  }

  private mutating func keepLargest(
    _ count: Int, _ ranks: [Int], _ rows: Operand, _ columns: Operand, _ watchedColumns: [Int]?,
    _ workers: Workers
  ) throws(ContrastiveError) {
    let blocks = try TiledSweep(rows: rows, columns: columns).run(
      TopK(k: count), accumulating: false, workers: workers
    ).blocks
    let best = blocks.flatMap { block in (0..<block.rows).map { block.best(row: $0) } }
    keys += best.map { best in ranks.map { best[best.startIndex + $0] } }
    guard let watchedColumns else { return }
    watched += zip(best, watchedColumns).map { best, column in
      best.first { RankKey.index($0) == column } ?? 0
    }
  }

  private mutating func narrow(
    _ ranks: [Int], _ rows: Operand, _ columns: Operand, _ watchedColumns: [Int]?,
    _ workers: Workers
  ) throws(ContrastiveError) {
    var searches = try Self.guesses(ranks, rows, columns, workers)
    var watchedKeys: [UInt64]?
    while searches.contains(where: { $0.contains { $0.found == nil } }) {
      let consumer = RankCount(
        intervals: searches.map { $0.map { $0.found == nil ? $0.interval : nil } },
        watched: watchedKeys == nil ? watchedColumns : nil)
      let blocks = try TiledSweep(rows: rows, columns: columns).run(
        consumer, accumulating: false, workers: workers
      ).blocks
      for (row, counts) in blocks.flatMap(\.counts).enumerated() {
        for index in counts.indices where searches[row][index].found == nil {
          searches[row][index].narrow(by: counts[index])
        }
      }
      if watchedKeys == nil { watchedKeys = blocks.flatMap(\.watched) }
    }
    keys += searches.map { $0.compactMap(\.found) }
    if watchedColumns != nil, let watchedKeys { watched += watchedKeys }
  }

  /// An interval for each row and rank that holds the rank of most rows: three standard deviations of
  /// a sample's rank to either side.
  private static func guesses(
    _ ranks: [Int], _ rows: Operand, _ columns: Operand, _ workers: Workers
  ) throws(ContrastiveError) -> [[RankSearch]] {
    let count = columns.matrix.rows
    let some = columns.matrix.rows(at: (0..<sample).map { $0 * count / sample })
    let blocks = try TiledSweep(rows: rows, columns: Operand(columns.name, some)).run(
      TopK(k: sample), accumulating: false, workers: workers
    ).blocks
    return blocks.flatMap { block in
      (0..<block.rows).map { row in
        let sorted = Array(block.best(row: row))
        return ranks.map { rank in
          let share = (Double(rank) + 0.5) / Double(count)
          let place = share * Double(sample)
          let margin = 3 * (place * (1 - share)).squareRoot() + 2
          let (first, last) = (Int((place - margin).rounded(.down)), Int(place + margin) + 1)
          var interval = RankInterval.all
          if first >= 0 { interval.highest = RankKey.first(of: RankKey.value(sorted[first])) }
          if last < sample { interval.lowest = RankKey.last(of: RankKey.value(sorted[last])) }
          return RankSearch(rank: rank, interval: interval)
        }
      }
    }
  }
}

/// The search for one rank of one row.
private struct RankSearch {
  let rank: Int
  /// What to look at next.
  var interval: RankInterval
  /// What is sure to hold the rank.
  var bounds = RankInterval.all
  /// The key at the rank, once it is known.
  var found: UInt64?

  init(rank: Int, interval: RankInterval) {
    self.rank = rank
    self.interval = interval
  }

  mutating func narrow(by count: RankCount.Count) {
    if rank < count.above {
      bounds.lowest = interval.highest + 1
      interval = bounds
    } else if rank >= count.above + count.inside {
      bounds.highest = interval.lowest - 1
      interval = bounds
    } else if count.keys.count == count.inside {
      found = count.keys.sorted(by: >)[rank - count.above]
    } else {
      var above = count.above
      for bin in count.bins.indices.reversed() {
        above += Int(count.bins[bin])
        if rank < above {
          interval = interval.bin(bin)
          bounds = interval
          return
        }
      }
    }
  }
}
