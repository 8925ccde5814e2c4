/// For each row the columns whose similarity, in Double, has a rank in a range; ties go to the
/// lower column.
///
/// As a mask it holds in any pass over the same rows and columns, whatever the rounding of its
/// similarities: columns near an end of the range are listed, the others are far enough from it.
package struct RankWindows: TileMask {
  private let highest: [UInt64]
  private let lowest: [UInt64]
  /// Columns near an end, ascending.
  private let near: RowLists
  /// Whether each of them is inside.
  private let isInside: [Bool]
  private let windows: [Window]
  private let kernels = RowKernels.best

  /// The columns of each row's ranks, none of them empty, of those `counts` that are not excluded.
  ///
  /// Complexity: that of `RankThresholds`, or none where no column is outside.
  package init(
    _ ranks: [Range<Int>], ofCounts counts: [Int], of rows: Operand, among columns: Operand,
    excluding exclusions: [Exclusion] = [], workers: Workers
  ) throws(ContrastiveError) {
    precondition(zip(ranks, counts).allSatisfy { !$0.isEmpty && $0.upperBound <= $1 })
    let ends = zip(ranks, counts).map { range, count in
      (range.lowerBound == 0 ? [] : [range.lowerBound])
        + (range.upperBound == count ? [] : [range.upperBound - 1])
    }
    let found =
      ends.allSatisfy(\.isEmpty)
      ? ends.map { _ in [] }
      : try RankThresholds(
        ends, of: rows, among: columns, excluding: exclusions, workers: workers
      ).boundaries
    windows = zip(ranks, found).map { range, found in
      let top = range.lowerBound == 0 ? nil : found.first
      return Window(top: top, bottom: found.count > (top == nil ? 0 : 1) ? found.last : nil)
    }
    highest = windows.map(\.highest)
    lowest = windows.map(\.lowest)
    near = RowLists(windows.map { $0.near.map(\.column) }, isSymmetric: false)
    isInside = windows.flatMap { window in window.near.map(window.holds) }
  }

  /// Whether a column of a row, whose similarity in Double is known, is inside.
  package func holds(_ column: Int, similarity: Double, row: Int) -> Bool {
    windows[row].holds(RankBoundary.Near(column: column, similarity: similarity))
  }

  package func excludes(row: Int, column: Int, similarity: () -> Double) -> Bool {
    !holds(column, similarity: similarity(), row: row)
  }

  package func exclude(from tile: Tile) {
    for (place, row) in tile.rows.enumerated() {
      let values = tile.row(place)
      keepingNear(row, in: tile.columns, at: { values + $0 }) {
        kernels.excludeOutside(
          values, count: tile.columns.count, firstIndex: tile.columns.lowerBound,
          highest: highest[row], lowest: lowest[row])
      }
    }
  }

  package func exclude(fromTransposed tile: Tile) {
    for (place, row) in tile.columns.enumerated() {
      let (top, bottom) = (RankKey.value(highest[row]), RankKey.value(lowest[row]))
      keepingNear(row, in: tile.rows, at: { tile.row($0) + place }) {
        for column in 0..<tile.rows.count {
          let value = tile.row(column) + place
          if !(value.pointee <= top && value.pointee >= bottom) { value.pointee = -.infinity }
        }
      }
    }
  }

  /// Runs `body`, after which the columns near an end are what they were if they are inside, and −∞
  /// if they are not.
  private func keepingNear(
    _ row: Int, in span: Range<Int>, at address: (Int) -> UnsafeMutablePointer<Float>,
    _ body: () -> Void
  ) {
    let listed = near[row]
    guard !listed.isEmpty else { return body() }
    let first = listed.partitioningIndex { Int($0) >= span.lowerBound }
    let last = listed.partitioningIndex { Int($0) >= span.upperBound }
    let offset = near.places(of: row).lowerBound - listed.startIndex
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, last - first)) { kept in
      for index in first..<last {
        let value = address(Int(listed[index]) - span.lowerBound).pointee
        kept[index - first] = isInside[index + offset] ? value : -.infinity
      }
      body()
      for index in first..<last {
        address(Int(listed[index]) - span.lowerBound).pointee = kept[index - first]
      }
    }
  }
}

/// One row's window.
private struct Window: Sendable {
  let top: RankBoundary?
  let bottom: RankBoundary?

  /// All keys between the ends, those near an end in doubt.
  var highest: UInt64 {
    top.map { RankKey.first(of: Float($0.similarity)) } ?? RankInterval.all.highest
  }
  var lowest: UInt64 {
    bottom.map { RankKey.last(of: Float($0.similarity)) } ?? RankInterval.all.lowest
  }

  var near: [RankBoundary.Near] {
    let above = top?.near ?? []
    let known = Set(above.map(\.column))
    return (above + (bottom?.near ?? []).filter { !known.contains($0.column) })
      .sorted { $0.column < $1.column }
  }

  func holds(_ column: RankBoundary.Near) -> Bool {
    (top?.isKept(by: column) ?? true) && (bottom?.isReached(by: column) ?? true)
  }
}
