/// The columns at given ranks of each row's similarities, as Double dot products order them.
///
/// Rank 0 is the largest similarity; ties go to the lower column. Passes in Float32 find out which
/// columns are so near a rank that rounding may have disordered them: a sample gives each rank an
/// interval of keys, passes count the keys in the interval's bins and narrow it to the bin that
/// holds the rank, until the few around it are left. Those are ordered by their dot products in
/// Double. Similarities of continuous data take two passes over all columns.
///
/// Codes would leave more open than they save: of 16,384 random unit rows of dimension 128 their
/// bounds leave 0.8 % near rank 164 and 5.2 % near rank 1,638, and one decided in Double takes as
/// long as a hundred products.
///
/// Complexity: 2 · rows · columns · dimension floating-point operations a pass, and as many again,
/// in Double, for a row with thousands of columns within rounding of a rank (a bank of copies).
/// Scratch: `scratchBytes`, bounded whatever the rows, columns and ranks: rows are taken 2,048 at a
/// time. Beside it, 16 bytes are kept for each column within rounding of a rank: a few a row, but
/// all columns where they are copies of each other.
package struct RankThresholds: Sendable {
  /// [row][place in the row's list of ranks].
  package private(set) var boundaries: [[RankBoundary]] = []

  /// Rows taken at a time: whole blocks of the grid.
  private static let rowsAtOnce = 4 * BlockSizes.current.tallRows
  /// Ranks below this are found by one pass that keeps the largest keys.
  private static let minCounted = 512
  /// Columns of the sample.
  private static let sample = 512
  /// Columns kept beyond the deepest rank, for those within rounding of it.
  private static let spare = 32

  /// Finds what stands at each row's ranks, which are below its number of columns that are not
  /// excluded.
  ///
  /// Rows and columns are known to be finite: faults would be named by numbers that hold in a part
  /// of them.
  package init(
    _ ranks: [[Int]], of rows: Operand, among columns: Operand,
    excluding exclusions: [Exclusion] = [], workers: Workers
  ) throws(ContrastiveError) {
    precondition(ranks.count == rows.matrix.rows)
    precondition(ranks.allSatisfy { $0.allSatisfy { 0..<columns.matrix.rows ~= $0 } })
    let resolver = RankResolver(rows: rows.matrix, columns: columns.matrix, exclusions)
    for start in stride(from: 0, to: rows.matrix.rows, by: Self.rowsAtOnce) {
      let range = start..<min(rows.matrix.rows, start + Self.rowsAtOnce)
      let some = Operand(rows.name, rows.matrix.rows(range))
      let ranks = Array(ranks[range])
      let band = range.map { resolver.rounding(of: $0) }
      let excluded = exclusions.map { Exclusion.selected(rows: Array(range), $0) }
      let found: [[RankSearch.Outcome]]
      if let deepest = ranks.joined().max(), deepest >= Self.minCounted {
        found = try Self.narrow(ranks, band, some, columns, excluded, workers)
      } else {
        found = try Self.keepLargest(ranks, band, some, columns, excluded, workers)
      }
      boundaries += resolver.resolve(found, ranks: ranks, firstRow: start, workers: workers)
    }
  }

  /// Bytes held at most beyond a pass's own scratch.
  ///
  /// With r rows, at most 2048, in c chunks of columns, the most that r · c comes to:
  /// 12 · 128 + 128 bytes for each of r · c rows and each of the ranks, or 12 KiB for each of r · c
  /// rows where a pass keeps the largest keys.
  package static func scratchBytes(rows: Int, columns: Int, ranks: [Int]) -> Int {
    // The rows left for a pass may be any number up to these; fewer have more chunks.
    func parts(_ columns: Int) -> Int {
      stride(from: min(rows, rowsAtOnce), to: 0, by: -12).map {
        $0 * TileGrid(rows: $0, columns: columns).chunks
      }.max() ?? 0
    }
    func kept(_ count: Int, _ columns: Int) -> Int {
      8 * (2 * count + BlockSizes.current.maxColumns) * parts(columns)
    }
    guard let deepest = ranks.max() else { return 0 }
    if deepest < minCounted { return kept(deepest + 1 + spare, columns) }
    let counted = ranks.count * parts(columns) * (12 * RankInterval.bins + 128)
    return max(counted, kept(sample, sample))
  }

  private static func keepLargest(
    _ ranks: [[Int]], _ band: [Float], _ rows: Operand, _ columns: Operand,
    _ exclusions: [Exclusion], _ workers: Workers
  ) throws(ContrastiveError) -> [[RankSearch.Outcome]] {
    guard let deepest = ranks.joined().max() else { return ranks.map { _ in [] } }
    let kept = deepest + 1 + spare
    let blocks = try RectanglePass(rows: rows, columns: columns).read(
      TopKReader(k: kept, excluding: exclusions), workers: workers)
    return zip(ranks, zip(blocks.best(workers: workers), band)).map { ranks, row in
      let (best, band) = row
      return ranks.map { rank in
        let near = RankInterval(around: RankKey.value(best[rank]), band)
        // All of the columns near the rank must be among those kept.
        guard best.count < kept || (best.last ?? 0) < near.lowest else { return .crowded }
        return .found(
          above: best.count { $0 > near.highest }, near: best.filter { near.contains($0) })
      }
    }
  }

  private static func narrow(
    _ ranks: [[Int]], _ band: [Float], _ rows: Operand, _ columns: Operand,
    _ exclusions: [Exclusion], _ workers: Workers
  ) throws(ContrastiveError) -> [[RankSearch.Outcome]] {
    var searches = try guesses(ranks, band, rows, columns, workers)
    while true {
      let open = searches.indices.filter { searches[$0].contains { $0.outcome == nil } }
      guard !open.isEmpty else { break }
      // Few rows need more than two passes.
      let reader = RankCount(
        intervals: open.map { searches[$0].map { $0.outcome == nil ? $0.interval : nil } },
        exclusions: open.count == searches.count
          ? exclusions : exclusions.map { .selected(rows: open, $0) })
      let part = open.count == searches.count ? rows.matrix : rows.matrix.rows(at: open)
      let blocks = try RectanglePass(rows: Operand(rows.name, part), columns: columns).read(
        reader, workers: workers)
      for (row, counts) in zip(open, blocks.flatMap(\.counts)) {
        for index in counts.indices where searches[row][index].outcome == nil {
          searches[row][index].narrow(by: counts[index])
        }
      }
    }
    return searches.map { $0.compactMap(\.outcome) }
  }

  /// An interval for each row and rank that holds the rank of most rows: three standard deviations
  /// of a sample's rank to either side.
  private static func guesses(
    _ ranks: [[Int]], _ band: [Float], _ rows: Operand, _ columns: Operand, _ workers: Workers
  ) throws(ContrastiveError) -> [[RankSearch]] {
    let count = columns.matrix.rows
    let some = columns.matrix.rows(at: (0..<sample).map { $0 * count / sample })
    let blocks = try RectanglePass(rows: rows, columns: Operand(columns.name, some)).read(
      TopKReader(k: sample), workers: workers)
    return zip(ranks, zip(blocks.best(workers: workers), band)).map { ranks, row in
      let (sorted, band) = row
      return ranks.map { rank in
        let share = (Double(rank) + 0.5) / Double(count)
        let place = share * Double(sample)
        let margin = 3 * (place * (1 - share)).squareRoot() + 2
        let (first, last) = (Int((place - margin).rounded(.down)), Int(place + margin) + 1)
        var interval = RankInterval.all
        if first >= 0 { interval.highest = RankKey.first(of: RankKey.value(sorted[first])) }
        if last < sample { interval.lowest = RankKey.last(of: RankKey.value(sorted[last])) }
        return RankSearch(rank: rank, band: band, interval: interval)
      }
    }
  }
}
