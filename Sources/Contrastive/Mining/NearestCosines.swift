/// The columns of the largest cosine with each row, decided in Double; ties go to the lower column.
///
/// Bounds on unit rows list what may be among the k of each row; see `NearestColumns` for how they
/// are put in order.
struct NearestCosines: Sendable {
  let rows: CosineRows
  let columns: CosineRows
  /// Columns wanted for each row.
  let k: Int
  /// Columns whose unit rows are held at a time.
  private let columnsAtOnce: Int
  /// The unit columns where all are held at once.
  private let unit: Operand?

  /// Rows taken at a time.
  private static let rowsAtOnce = 16 * BlockSizes.current.tallRows

  /// - Parameters:
  ///   - rows: what columns are found for.
  ///   - columns: of the same dimension.
  ///   - k: 1 … the number of columns.
  ///   - memory: most bytes of unit rows of the columns and their codes; nil for any.
  ///   - workers: the threads to use; no effect on the result.
  init(rows: CosineRows, columns: CosineRows, k: Int, memory: Int?, workers: Workers) {
    precondition(1...columns.count ~= k && rows.given.columns == columns.given.columns)
    self.rows = rows
    self.columns = columns
    self.k = k
    let dimension = rows.given.columns
    let width = 4 * (dimension + CodeProduct.best.units(dimension: dimension)) + 32
    columnsAtOnce = memory.map { max(BlockSizes.current.tallColumns, $0 / width) } ?? columns.count
    unit =
      columnsAtOnce >= columns.count ? columns.unit(0..<columns.count, workers: workers) : nil
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
    let share = workers.processes?.share(of: range.count) ?? 0..<range.count
    let first = range.lowerBound + share.lowerBound
    if !share.isEmpty {
      try forEach(first..<(first + share.count), ownBy: workers, body)
    }
    if workers.any(workers.isCanceled) { throw .canceled }
  }

  /// Does so for rows of this process; ends early where the call is canceled.
  private func forEach(
    _ own: Range<Int>, ownBy workers: Workers,
    _ body: @Sendable (_ row: Int, _ nearest: inout NearestColumns) -> Void
  ) throws(ContrastiveError) {
    let unitRows = rows.unit(own, workers: workers)
    try CosinePairs.with(rows, columns) { cosines throws(ContrastiveError) in
      try CandidateLists.with(rows: own.count, k: k) { lists throws(ContrastiveError) in
        for start in stride(from: 0, to: columns.count, by: columnsAtOnce) {
          let some = start..<min(columns.count, start + columnsAtOnce)
          try SimilaritySearch(
            k: min(k, some.count), rows: unitRows,
            columns: unit ?? columns.unit(some, workers: workers), slack: CosineRows.rounding
          ).list(
            in: lists, firstColumn: start,
            decider: SimilarityDecider { cosines.cosine(own.lowerBound + $0, $1) },
            workers: workers)
        }
        let watch = CancelationWatch(workers, steps: own.count)
        workers.forEach(own.count) { place, _ in
          if watch.isCanceled { return }
          let row = own.lowerBound + place
          var nearest = NearestColumns(
            of: row, candidates: lists.sorted(place), k: k, cosines: cosines)
          body(row, &nearest)
        }
      }
    }
  }
}
