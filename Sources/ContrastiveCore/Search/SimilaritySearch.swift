import ContrastiveKernels

/// The most similar columns of each row, exact in the sense of dot products in Double.
///
/// A screen bounds every similarity from above: codes of 8 or 16 bits, or Float32. What its bounds
/// do not rule out is decided in Double, ties by the lower index, so that the result is the same
/// whatever the screen, the instruction set and the number of threads.
package struct SimilaritySearch: Sendable {
  /// What bounds similarities.
  package enum Screen: String, Sendable {
    /// Products of codes.
    case codes
    /// Products in Float32.
    case float
  }

  /// Which columns a row is compared with.
  package enum Compared: Sendable {
    case all
    /// All but the one of the row's own number: rows and columns are the same.
    case others
  }

  /// The best of each row.
  package struct Found: Sendable {
    /// [rows × k], row-major: most similar first.
    package internal(set) var columns: [Int] = []
    /// Their dot products, rounded from Double.
    package internal(set) var similarities: [Float] = []
    /// What bounded the similarities.
    package let screen: Screen
    /// Share of all pairs that were decided in Double.
    package internal(set) var survivors = 0.0

    init(screen: Screen) { self.screen = screen }

    /// The rows of all processes, each of which has found its own.
    fileprivate mutating func gather(_ rows: Int, k: Int, _ workers: Workers) {
      guard let group = workers.processes else { return }
      let runs = (0..<group.size).map { rank in
        let share = group.share(of: rows, rank: rank)
        return (share.lowerBound * k)..<(share.upperBound * k)
      }
      func all<Element: BitwiseCopyable>(
        _ own: [Element], _ runs: [Range<Int>], zero: Element
      ) -> [Element] {
        var all = [Element](repeating: zero, count: runs[group.size - 1].upperBound)
        all.replaceSubrange(runs[group.rank], with: own)
        all.withMutableSharedMemory { group.gather($0, runs: runs) }
        return all
      }
      columns = all(columns, runs, zero: 0)
      similarities = all(similarities, runs, zero: 0)
      survivors = all([survivors], (0..<group.size).map { $0..<($0 + 1) }, zero: 0).reduce(0, +)
    }
  }

  let k: Int
  let rows: Operand
  let columns: Operand
  let compared: Compared
  let screen: Screen?
  let product: CodeProduct
  let memory: Int?
  let slack: Double

  /// A search for the k nearest.
  ///
  /// - Parameters:
  ///   - k: 1 … the number of columns.
  ///   - rows: in Float32.
  ///   - columns: in Float32, of the rows' dimension.
  ///   - compared: which columns a row is compared with; of `others` k must be fewer.
  ///   - memory: bytes that candidates and codes may take, but no fewer than some thousand of
  ///     each; no effect on the result.
  ///   - screen: what bounds similarities; when nil what follows from the problem.
  ///   - product: that of codes.
  ///   - slack: how far the similarity that decides can be from the dot product of a row and a
  ///     column; for `list` alone.
  package init(
    k: Int, rows: Operand, columns: Operand, compared: Compared = .all, memory: Int? = nil,
    screen: Screen? = nil, product: CodeProduct = .best, slack: Double = 0
  ) {
    self.k = k
    self.rows = rows
    self.columns = columns
    self.compared = compared
    self.memory = memory
    self.screen = screen
    self.product = product
    self.slack = slack
  }

  /// Bytes of what a row takes while it is compared: its candidates and its own codes.
  package static func bytes(k: Int, dimension: Int) -> Int {
    CandidateLists.bytes(k: k) + 8 * max(k, CodeProduct.best.units(dimension: dimension))
  }

  /// Finds the k most similar columns of each row.
  ///
  /// Complexity: O(rows · columns · dimension).
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`, `.blas`.
  package func run(workers: Workers) throws(ContrastiveError) -> Found {
    if isFoundByPass && compared == .all {
      let pass = RectanglePass(rows: rows, columns: columns)
      return try decide(pass.read(TopKReader(k: kept), workers: workers), workers: workers)
    }
    try BLAS.prepare()
    try rows.requireFinite(workers)
    try columns.requireFinite(workers)
    var found = rows.matrix.withUnsafeBufferPointer { rowValues in
      columns.matrix.withUnsafeBufferPointer { columnValues in
        search(SharedReadOnlyMemory(rowValues), SharedReadOnlyMemory(columnValues), workers)
      }
    }
    if workers.any(workers.isCanceled) { throw .canceled }
    found.gather(rows.rows, k: k, workers)
    return found
  }

  private func search(
    _ rowValues: SharedReadOnlyMemory<Float>, _ columnValues: SharedReadOnlyMemory<Float>,
    _ workers: Workers
  ) -> Found {
    let dimension = rows.dimension
    let screening = Screening(self, rows: rowValues, columns: columnValues, workers: workers)
    let parts = batches(of: workers.processes?.share(of: rows.rows) ?? 0..<rows.rows)
    let watch = CancelationWatch(
      workers, steps: parts.reduce(0) { $0 + screening.steps(rows: $1.count) })
    var found = Found(screen: screening.screen)
    var done = 0
    for batch in parts where !watch.isCanceled {
      let values = rowValues[(batch.lowerBound * dimension)..<(batch.upperBound * dimension)]
      let decider = SimilarityDecider(rows: values, columns: columnValues, dimension: dimension)
      CandidateLists.with(rows: batch.count, k: k) { lists in
        screening.list(
          values, firstRow: batch.lowerBound, in: lists, decider: decider,
          watch: watch, done: &done, workers: workers)
        if !watch.isCanceled { collect(batch.count, lists, decider, into: &found, workers) }
      }
    }
    return found
  }

  /// Rows whose candidates are held at once, of those of this process.
  private func batches(of own: Range<Int>) -> [Range<Int>] {
    let most = memory.map { max(16 * 48, $0 / 2 / CandidateLists.bytes(k: k)) } ?? rows.rows
    return (0..<pieces(own.count, most)).map {
      (own.lowerBound + $0 * most)..<min(own.upperBound, own.lowerBound + ($0 + 1) * most)
    }
  }

  /// Adds the best of some rows, and what it took to decide.
  func collect(
    _ count: Int, _ lists: CandidateLists, _ decider: SimilarityDecider, into found: inout Found,
    _ workers: Workers
  ) {
    let indices = SharedArray<Int>(repeating: 0, count: count * k)
    let similarities = SharedArray<Float>(repeating: 0, count: count * k)
    let decided = SharedArray<Int>(repeating: 0, count: count)
    let (places, values, totals) = (indices.memory, similarities.memory, decided.memory)
    workers.forEachRun(of: count, size: 64) { run in
      for row in run {
        let (best, number) = lists.finish(row, decider)
        for (place, entry) in best.enumerated() {
          places[row * k + place] = Int(entry.column)
          values[row * k + place] = Float(entry.similarity)
        }
        totals[row] = number
      }
    }
    found.columns += indices.elements
    found.similarities += similarities.elements
    found.survivors +=
      decided.elements.reduce(0.0) { $0 + Double($1) }
      / (Double(rows.rows) * Double(columns.rows))
  }
}
