extension Contrast {
  /// Bytes of column indices that are held at once while a sample is drawn.
  private static let indexBytes = 64 << 20

  /// Keeps a ring of the negatives that are left, or a sample of it; returns its columns and draws.
  mutating func keep(
    _ ring: Ring, left: inout [Exclusion], workers: Workers
  ) throws(ContrastiveError) -> (columns: Int, draws: Int?) {
    let rows = anchors.rows
    let counts = left.counts(rows: rows, columns: columns.rows, workers: workers)
    var ranks: [Range<Int>] = []
    for count in counts { ranks.append(try ring.ranks(of: count, named: columns.name)) }
    let draws = try ring.sample?.count(rows: rows)
    let windows = try RankWindows(
      ranks, ofCounts: counts, of: anchors, among: columns, excluding: left, workers: workers)
    left.append(.mask(windows))
    let widest = ranks.map(\.count).max() ?? 0
    guard let sample = ring.sample, let draws else {
      exclusions.append(.mask(windows))
      rankedCounts = ranks.map(\.count)
      return (widest, nil)
    }
    let drawn = try draw(draws, of: sample, from: ranks.map(\.count), excluding: left, workers)
    roles = roles.adding { row in
      drawn[row].lazy.map { (column: $0.column, role: .negative(weight: $0.times)) }
    }
    readsColumns = false
    return (widest, draws)
  }

  /// The columns drawn for each row, each counting as often as it was.
  private func draw(
    _ count: Int, of sample: RingSample, from widths: [Int], excluding left: [Exclusion],
    _ workers: Workers
  ) throws(ContrastiveError) -> [[(column: Int, times: Double)]] {
    let rows = anchors.rows
    let group = max(32, Self.indexBytes / (4 * max(1, widths.max() ?? 1)))
    var drawn: [[(column: Int, times: Double)]] = []
    for first in stride(from: 0, to: rows, by: group) {
      let part = first..<min(rows, first + group)
      let members = try RectanglePass(
        rows: Operand(anchors.name, anchors.matrix.rows(part)), columns: columns
      ).read(
        IncludedColumnsReader(excluding: left.map { .selected(rows: Array(part), $0) }),
        workers: workers
      ).joined()
      for (row, own) in zip(part, members) {
        var times = [Int](repeating: 0, count: own.count)
        for place in try sample.draws(row: row, count: count, width: own.count) {
          times[place] += 1
        }
        drawn.append(
          zip(own, times).compactMap { column, times in
            times == 0 ? nil : (column: Int(column), times: Double(times))
          })
      }
    }
    return drawn
  }
}
