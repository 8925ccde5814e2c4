/// The columns of the largest cosine with each row, decided in Double; ties go to the lower column.
///
/// A pass in Float32 over unit rows keeps the largest k + 32 of each row; see `NearestColumns` for
/// how they are put in order.
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

  /// Columns kept beyond the k-th, for those within rounding of it.
  private static let spare = 32
  /// Rows taken at a time.
  private static let rowsAtOnce = 16 * BlockSizes.current.tallRows

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
  private var batch: Int { max(BlockSizes.current.wideRows, min(Self.rowsAtOnce, columnsAtOnce)) }

  /// Calls `body` with the nearest columns of each row, by the workers, in any order of the rows.
  ///
  /// Where several processes share the work, each calls it for some rows, and gets what the others
  /// have written.
  ///
  /// - Parameters:
  ///   - memory: arrays that `body` writes: for each row its own elements.
  ///   - count: elements of a row, the same in every array.
  ///   - workers: the threads to use; no effect on the result.
  ///   - body: what is done with a row and its nearest columns.
  /// - Throws: `ContrastiveError.canceled`.
  func forEach<each Element: BitwiseCopyable>(
    filling memory: repeat SharedMemory<each Element>, perRow count: Int, workers: Workers,
    _ body: @Sendable (_ row: Int, _ nearest: inout NearestColumns) -> Void
  ) throws(ContrastiveError) {
    for start in stride(from: 0, to: rows.count, by: batch) {
      let range = start..<min(rows.count, start + batch)
      try forEach(range, workers: workers, body)
      repeat workers.gather(
        each memory, ofPieces: range.count, from: { (range.lowerBound + $0) * count })
    }
  }

  private func forEach(
    _ range: Range<Int>, workers: Workers,
    _ body: @Sendable (_ row: Int, _ nearest: inout NearestColumns) -> Void
  ) throws(ContrastiveError) {
    let kept = min(k + Self.spare, columns.count)
    let keys = try keys(range, kept: kept, workers)
    let watch = CancelationWatch(workers, steps: range.count)
    let own = workers.processes?.share(of: range.count) ?? 0..<range.count
    CosinePairs.with(rows, columns) { cosines in
      workers.forEach(own.count) { index, _ in
        if watch.isCanceled { return }
        let place = own.lowerBound + index
        var nearest = NearestColumns(
          of: range.lowerBound + place, keys: keys[(place * kept)..<((place + 1) * kept)], k: k,
          columns: columns.count, margin: margin, cosines: cosines)
        body(range.lowerBound + place, &nearest)
      }
    }
    if workers.any(workers.isCanceled) { throw .canceled }
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
