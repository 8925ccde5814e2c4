import ContrastiveKernels

/// How the rows of a search are screened against its columns.
struct Screening: Sendable {
  /// What bounds similarities.
  let screen: SimilaritySearch.Screen
  private let search: SimilaritySearch
  private let columns: SharedReadOnlyMemory<Float>
  private let rowCenter: [Float]
  private let columnCenter: [Float]
  /// Columns that are screened at once.
  private let spans: [Range<Int>]

  /// Rows of a block, and columns of a tile.
  private static let blockRows = 384
  private static let tileColumns = 256
  /// Bytes of codes that are held at once.
  private static let maxCodeBytes = 128 << 20

  /// - Parameters:
  ///   - search: what is searched.
  ///   - rows: all its rows.
  ///   - columns: all its columns.
  ///   - workers: the threads to use; no effect on the result.
  init(
    _ search: SimilaritySearch, rows: SharedReadOnlyMemory<Float>,
    columns: SharedReadOnlyMemory<Float>, workers: Workers
  ) {
    let dimension = search.rows.dimension
    self.search = search
    self.columns = columns
    rowCenter = CodedRows.center(
      of: rows, rows: search.rows.rows, dimension: dimension)
    columnCenter = CodedRows.center(
      of: columns, rows: search.columns.rows, dimension: dimension)
    screen =
      search.screen
      ?? search.choice(
        rows, columns, rowCenter: rowCenter, columnCenter: columnCenter, workers)
    spans = screen == .float ? [0..<search.columns.rows] : Self.codeSpans(search)
  }

  /// Columns whose codes are held at once.
  private static func codeSpans(_ search: SimilaritySearch) -> [Range<Int>] {
    let bytes = min(maxCodeBytes, search.memory.map { $0 / 2 } ?? .max)
    let most = max(
      8 * tileColumns, bytes / (4 * search.product.units(dimension: search.rows.dimension) + 32))
    let count = search.columns.rows
    return (0..<pieces(count, most)).map { ($0 * most)..<min(count, ($0 + 1) * most) }
  }

  /// Blocks of so many rows, enough of them for 16 workers.
  private func blocks(of count: Int) -> [Range<Int>] {
    let step = max(12, search.product.height)
    let even = pieces(count, 16 * pieces(count, 16 * Self.blockRows))
    let height = min(Self.blockRows, pieces(max(48, even), step) * step)
    return (0..<pieces(count, height)).map { ($0 * height)..<min(count, ($0 + 1) * height) }
  }

  /// Pieces of work that so many rows are.
  func steps(rows: Int) -> Int { spans.count * blocks(of: rows).count }

  /// Lists the columns that may be among the most similar of some rows, whose lists these are.
  ///
  /// `firstRow` is the number of the first of them in the search, `firstColumn` that of the
  /// search's first column in the lists and for the decider. `done` counts steps.
  func list(
    _ rows: SharedReadOnlyMemory<Float>, firstRow: Int = 0, firstColumn: Int = 0,
    in lists: CandidateLists, decider: SimilarityDecider, watch: CancelationWatch,
    done: inout Int, workers: Workers
  ) {
    let count = rows.count / search.rows.dimension
    ExcludedPairs.with(search.exclusions, rows: firstRow..<(firstRow + count)) { excluded in
      let visit = Visit(
        rows: count, firstRow: firstRow, firstColumn: firstColumn,
        excluded: excluded, lists: lists, decider: decider, watch: watch)
      for span in spans where !watch.isCanceled {
        switch screen {
        case .float:
          let screen = FloatScreen(
            rows: rows, columns: columns, dimension: search.rows.dimension, slack: search.slack,
            workers: workers)
          pass(screen, span, visit, done: &done, workers)
        case .codes:
          let packed = PackedColumns(
            columns, span, center: columnCenter, other: rowCenter, run: Self.tileColumns,
            for: search.product, workers: workers)
          let screen = CodeScreen(
            rows: rows, rowCenter: rowCenter, columns: packed, columnCenter: columnCenter,
            slack: search.slack, product: search.product)
          pass(screen, span, visit, done: &done, workers)
        }
      }
    }
  }

  /// Some rows, and what is found for them.
  private struct Visit: Sendable {
    let rows: Int
    /// Its number in the search.
    let firstRow: Int
    /// The number of the search's first column in the lists.
    let firstColumn: Int
    /// By the numbers of the search.
    let excluded: ExcludedPairs
    let lists: CandidateLists
    let decider: SimilarityDecider
    let watch: CancelationWatch
  }

  private func pass(
    _ screen: some TileScreen, _ range: Range<Int>, _ visit: Visit,
    done: inout Int, _ workers: Workers
  ) {
    let (lists, watch, excluded) = (visit.lists, visit.watch, visit.excluded)
    let blocks = blocks(of: visit.rows)
    let height = blocks.first?.count ?? 0
    let tileCount = height * Self.tileColumns
    let perWorker =
      3 * tileCount + Self.tileColumns + screen.scratch(rows: height, columns: Self.tileColumns)
    let scratch = Scratch(count: min(workers.count, blocks.count) * perWorker)
    let memory = scratch.memory
    workers.forEach(blocks.count) { [done] index, worker in
      if watch.isCanceled { return }
      let rows = blocks[index]
      let room = memory + worker * perWorker
      let never = room + 3 * tileCount
      never.update(repeating: .infinity, count: Self.tileColumns)
      let block = screen.block(rows)
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.tileColumns) {
        let span = start..<min(range.upperBound, start + Self.tileColumns)
        room.withMemoryRebound(to: ContrastivePair.self, capacity: tileCount) { pairs in
          let count = screen.sift(
            block, span, rowThresholds: lists.thresholds + rows.lowerBound,
            columnThresholds: never, scratch: never + Self.tileColumns, into: pairs)
          screen.withGaps(block, span) { gaps in
            for place in 0..<count {
              let (row, column) = (Int(pairs[place].row), Int(pairs[place].column))
              let listed = rows.lowerBound + row
              let known = visit.firstColumn + start + column
              lists.take(
                known, upper: pairs[place].value, gap: gaps[row, column], row: listed,
                decider: visit.decider,
                unless: excluded.contain(row: visit.firstRow + listed, column: start + column) {
                  visit.decider.similarity(listed, known)
                })
            }
          }
        }
      }
      watch.report(done + index + 1, worker: worker)
    }
    done += blocks.count
  }
}

extension SimilaritySearch {
  /// Lists the columns that may be among the most similar of each row, in the sense of a similarity
  /// that is no more than `slack` from their dot product.
  ///
  /// `firstColumn` is the number of the first column in the lists and for the decider. Ends early
  /// where the call is canceled. Complexity: O(rows · columns · dimension).
  ///
  /// - Throws: `ContrastiveError.blas`.
  package func list(
    in lists: CandidateLists, firstColumn: Int = 0, decider: SimilarityDecider,
    workers: Workers
  ) throws(ContrastiveError) {
    try BLAS.prepare()
    rows.matrix.withSharedMemory(and: columns.matrix) { rowValues, columnValues in
      let screening = Screening(self, rows: rowValues, columns: columnValues, workers: workers)
      let watch = CancelationWatch(workers, steps: screening.steps(rows: rows.rows))
      var done = 0
      screening.list(
        rowValues, firstColumn: firstColumn, in: lists, decider: decider, watch: watch,
        done: &done, workers: workers)
    }
  }
}
