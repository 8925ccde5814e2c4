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

  let k: Int
  let rows: Operand
  let columns: Operand
  let exclusions: [Exclusion]
  /// Only columns whose similarity is above this are found.
  let floor: Double
  let screen: Screen?
  let product: CodeProduct
  let memory: Int?
  /// What decides instead of dot products.
  let decider: SimilarityDecider?
  let slack: Double

  /// A search for the k nearest.
  ///
  /// - Parameters:
  ///   - k: at least 1.
  ///   - rows: in Float32.
  ///   - columns: in Float32, of the rows' dimension.
  ///   - exclusions: pairs that are not found.
  ///   - floor: only columns whose similarity is above this are found.
  ///   - memory: bytes that candidates and codes may take, but no fewer than some thousand of
  ///     each; no effect on the result.
  ///   - screen: what bounds similarities; when nil what follows from the problem.
  ///   - product: that of codes.
  ///   - decider: the similarities, where they are not the dot products of rows and columns.
  ///   - slack: how far a similarity can be from the dot product of its row and column.
  package init(
    k: Int, rows: Operand, columns: Operand, excluding exclusions: [Exclusion] = [],
    above floor: Double = -.infinity, memory: Int? = nil, screen: Screen? = nil,
    product: CodeProduct = .best, decidedBy decider: SimilarityDecider? = nil, slack: Double = 0
  ) {
    self.k = k
    self.rows = rows
    self.columns = columns
    self.exclusions = exclusions
    self.floor = floor
    self.memory = memory
    self.screen = screen
    self.product = product
    self.decider = decider
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
    if isFoundByPass { return try find(in: passCandidates(workers), workers) }
    try BLAS.prepare()
    try rows.requireFinite(workers)
    try columns.requireFinite(workers)
    var found = rows.matrix.withSharedMemory(and: columns.matrix) { rows, columns in
      search(rows, columns, workers)
    }
    if workers.any(workers.isCanceled) { throw .canceled }
    found.gather(rows.rows, workers)
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
    var found = Found(k: k, screen: screening.screen)
    var done = 0
    for batch in parts where !watch.isCanceled {
      let values = rowValues[(batch.lowerBound * dimension)..<(batch.upperBound * dimension)]
      let decider =
        decider?.starting(at: batch.lowerBound)
        ?? SimilarityDecider(rows: values, columns: columnValues, dimension: dimension)
      CandidateLists.with(rows: batch.count, k: k, above: floor) { lists in
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
    let indices = SharedArray(repeating: -1, count: count * k)
    let similarities = SharedArray(repeating: -Double.infinity, count: count * k)
    let decided = SharedArray<Int>(repeating: 0, count: count)
    let (places, values, totals) = (indices.memory, similarities.memory, decided.memory)
    workers.forEachRun(of: count, size: 64) { run in
      for row in run {
        let (best, number) = lists.finish(row, decider)
        for (place, entry) in best.enumerated() where entry.similarity > floor {
          places[row * k + place] = Int(entry.column)
          values[row * k + place] = entry.similarity
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
