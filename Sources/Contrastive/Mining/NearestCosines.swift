/// The columns of the largest cosine with each row, decided in Double; ties go to the lower column.
///
/// A pass in Float32 over unit rows keeps the largest k + 32 of each row, whose cosines in Double
/// order them. Whatever the pass has left out is below its last by no more than the margin of
/// Float32; where that is not enough to be sure of the k-th, all columns of the row are decided in
/// Double.
struct NearestCosines: Sendable {
  let rows: CosineRows
  let columns: CosineRows
  /// Columns wanted for each row.
  let k: Int
  /// Columns whose unit rows are held at a time.
  private let columnsAtOnce: Int
  /// The unit columns where all are held at once.
  private let unit: Operand?
  private let margin: Double

  /// A column and its cosine.
  struct Near: Sendable, BitwiseCopyable {
    let column: Int
    let cosine: Double
  }

  /// Columns kept beyond the k-th, for those within rounding of it.
  private static let spare = 32
  /// Rows taken at a time.
  static let rowsAtOnce = 16 * BlockSizes.current.tallRows

  /// - Parameters:
  ///   - rows: what columns are found for.
  ///   - columns: of the same dimension.
  ///   - k: 1 … the number of columns.
  ///   - memory: most bytes of unit rows; nil for any.
  ///   - workers: the threads to use; no effect on the result.
  init(rows: CosineRows, columns: CosineRows, k: Int, memory: Int?, workers: Workers) {
    precondition(1...columns.count ~= k && rows.given.columns == columns.given.columns)
    self.rows = rows
    self.columns = columns
    self.k = k
    let width = 4 * rows.given.columns
    columnsAtOnce = memory.map { max(BlockSizes.current.tallColumns, $0 / width) } ?? columns.count
    unit =
      columnsAtOnce >= columns.count ? columns.unit(0..<columns.count, workers: workers) : nil
    margin = CosineRows.margin(dimension: rows.given.columns)
  }

  /// Rows taken at a time where memory is bounded: their unit rows take no more than the columns'.
  var batch: Int { max(BlockSizes.current.wideRows, min(Self.rowsAtOnce, columnsAtOnce)) }

  /// Calls `body` with the nearest of each row of a range, by the workers, in any order of the
  /// rows.
  ///
  /// Throws `ContrastiveError.canceled`.
  func forEach(
    _ range: Range<Int>, workers: Workers, _ body: @Sendable (_ row: Int, [Near]) -> Void
  ) throws(ContrastiveError) {
    let kept = min(k + Self.spare, columns.count)
    let keys = try keys(range, kept: kept, workers)
    let watch = CancelationWatch(workers, steps: range.count)
    CosinePairs.with(rows, columns) { cosines in
      @Sendable func nearest(at place: Int) -> [Near] {
        self.nearest(
          range.lowerBound + place, keys[(place * kept)..<((place + 1) * kept)], cosines)
      }
      guard workers.processes != nil else {
        return workers.forEach(range.count) { place, _ in
          if !watch.isCanceled { body(range.lowerBound + place, nearest(at: place)) }
        }
      }
      var all = [Near](repeating: Near(column: 0, cosine: 0), count: range.count * k)
      all.withMutableSharedMemory { all in
        workers.forEach(range.count, filling: all, from: { $0 * k }) { place, _ in
          if !watch.isCanceled { (all + place * k).update(from: nearest(at: place), count: k) }
        }
        workers.forEach(range.count) { place, _ in
          body(
            range.lowerBound + place,
            Array(UnsafeBufferPointer(start: all + place * k, count: k)))
        }
      }
    }
    try workers.checkCanceled()
  }

  private func nearest(
    _ row: Int, _ keys: ArraySlice<UInt64>, _ cosines: CosinePairs
  ) -> [Near] {
    let some = keys.map { key in
      let column = RankKey.index(key)
      return Near(column: column, cosine: cosines.cosine(row, column))
    }.sorted(by: Self.isBefore)
    let most = keys.last.map { Double(RankKey.value($0)) + margin } ?? 0
    if keys.count == columns.count || some[k - 1].cosine > most { return Array(some.prefix(k)) }
    let all = (0..<columns.count).map { Near(column: $0, cosine: cosines.cosine(row, $0)) }
    return Array(all.sorted(by: Self.isBefore).prefix(k))
  }

  private static func isBefore(_ a: Near, _ b: Near) -> Bool {
    (a.cosine, b.column) > (b.cosine, a.column)
  }

  /// The largest keys of each row of a range, in order.
  private func keys(
    _ range: Range<Int>, kept: Int, _ workers: Workers
  ) throws(ContrastiveError) -> [UInt64] {
    let unitRows = rows.unit(range, workers: workers)
    var best: [UInt64] = []
    for start in stride(from: 0, to: columns.count, by: columnsAtOnce) {
      let some = start..<min(columns.count, start + columnsAtOnce)
      let unitColumns = unit ?? columns.unit(some, workers: workers)
      let found = min(kept, some.count)
      let blocks = try RectanglePass(rows: unitRows, columns: unitColumns).read(
        TopKReader(k: found), workers: workers)
      var keys: [UInt64] = []
      keys.reserveCapacity(range.count * found)
      for block in blocks {
        for key in block.keys {
          keys.append(
            start == 0 ? key : RankKey.make(RankKey.value(key), RankKey.index(key) + start))
        }
      }
      best =
        best.isEmpty
        ? keys : Self.merged(best, keys, rows: range.count, kept: kept)
    }
    return best
  }

  private static func merged(
    _ a: [UInt64], _ b: [UInt64], rows: Int, kept: Int
  ) -> [UInt64] {
    let (m, n) = (a.count / rows, b.count / rows)
    var all: [UInt64] = []
    for row in 0..<rows {
      var both = Array(a[(row * m)..<((row + 1) * m)])
      both += b[(row * n)..<((row + 1) * n)]
      both.sort(by: >)
      all += both.prefix(kept)
    }
    return all
  }
}
