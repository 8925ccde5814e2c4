extension SimilaritySearch {
  /// Columns kept beyond the k-th, for those within rounding of it.
  private static func spare(_ k: Int) -> Int { 8 + k / 32 }

  /// Whether a pass in Float32 finds candidates: where no vector instruction multiplies codes.
  var isFoundByPass: Bool { screen == nil && memory == nil && !product.isVectorized }

  /// The largest k and a few more of each row, in Float32.
  struct PassCandidates: Sendable {
    fileprivate let blocks: [TopKReader.Statistics]
    /// How far off a similarity of a row can be.
    fileprivate let errors: [Double]
    /// Columns kept of each row.
    fileprivate let kept: Int

    /// What a pass finds.
    init(
      _ search: SimilaritySearch, _ workers: Workers,
      _ pass: (TopKReader) throws(ContrastiveError) -> [TopKReader.Statistics]
    ) throws(ContrastiveError) {
      errors = search.rows.matrix.withSharedMemory(and: search.columns.matrix) {
        FloatScreen(
          rows: $0, columns: $1, dimension: search.rows.dimension, slack: search.slack,
          workers: workers
        ).errors
      }
      let most = min(search.k, search.columns.rows)
      kept = most + spare(most)
      blocks = try pass(
        TopKReader(
          k: kept, above: (search.floor - (errors.max() ?? 0)).roundedDown,
          excluding: search.exclusions))
    }
  }

  /// What a pass of all rows against all columns finds.
  ///
  /// - Throws: `ContrastiveError`.
  func passCandidates(_ workers: Workers) throws(ContrastiveError) -> PassCandidates {
    try PassCandidates(self, workers) { reader throws(ContrastiveError) in
      try RectanglePass(rows: rows, columns: columns).read(reader, workers: workers)
    }
  }

  /// The k most similar columns of each row, or all there are, by ascending column.
  ///
  /// For a k of a thousand: a pass in Float32 finds candidates, and those within rounding of the
  /// k-th are decided in Double. Codes would leave more of them: in a simulation of their bounds
  /// 3.7 % of 16,384 random unit rows of dimension 128 stayed open around rank 1,024.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.canceled`, `.blas`.
  package func sets(workers: Workers) throws(ContrastiveError) -> [[Int]] {
    let candidates = try passCandidates(workers)
    let sets = withDecider { self.sets(candidates, $0, workers) }
    var columns = sets.map { $0 ?? [] }
    let again = sets.indices.filter { sets[$0] == nil }
    guard !again.isEmpty else { return columns }
    let rest = try search(again, workers)
    for (place, row) in again.enumerated() { columns[row] = rest.columns(of: place).sorted() }
    return columns
  }

  /// The best of each row, in Double, of what a pass has found.
  ///
  /// - Throws: `ContrastiveError`.
  func find(
    in candidates: PassCandidates, _ workers: Workers
  ) throws(ContrastiveError) -> Found {
    let (k, floor) = (k, floor)
    let best = withDecider { decider in
      let sets = self.sets(candidates, decider, workers)
      return workers.map(sets.count) { row in
        sets[row].map { set in
          set.map { (similarity: decider.similarity(row, $0), column: $0) }
            .filter { $0.similarity > floor }
            .sorted { ($0.similarity, $1.column) > ($1.similarity, $0.column) }
        }
      }
    }
    var found = Found(k: k, screen: .float)
    for own in best {
      let missing = k - (own?.count ?? 0)
      found.columns += (own ?? []).map(\.column) + repeatElement(-1, count: missing)
      found.similarities +=
        (own ?? []).map(\.similarity) + repeatElement(-.infinity, count: missing)
    }
    found.survivors = Double(candidates.kept) / Double(columns.rows)
    let again = best.indices.filter { best[$0] == nil }
    guard !again.isEmpty else { return found }
    let rest = try search(again, workers)
    for (place, row) in again.enumerated() {
      let (own, other) = ((row * k)..<((row + 1) * k), (place * k)..<((place + 1) * k))
      found.columns.replaceSubrange(own, with: rest.columns[other])
      found.similarities.replaceSubrange(own, with: rest.similarities[other])
    }
    found.survivors += rest.survivors * Double(again.count) / Double(rows.rows)
    return found
  }

  private func withDecider<R>(_ body: (SimilarityDecider) -> R) -> R {
    rows.matrix.withSharedMemory(and: columns.matrix) { rowValues, columnValues in
      body(
        decider
          ?? SimilarityDecider(
            rows: rowValues, columns: columnValues, dimension: rows.dimension))
    }
  }

  /// The k best of each row's candidates, by ascending column; nil where those left out may be
  /// among them.
  ///
  /// Every similarity is off by an error at most, and so is the k-th largest of them. So what is
  /// two errors above the k-th is among the k best, what is two below is not, and between them
  /// Double decides.
  private func sets(
    _ candidates: PassCandidates, _ decider: SimilarityDecider, _ workers: Workers
  ) -> [[Int]?] {
    let k = k
    let places = candidates.blocks.enumerated().flatMap { block, found in
      (0..<found.rows).map { (block: block, row: $0) }
    }
    return workers.map(places.count) { row in
      let keys = candidates.blocks[places[row].block].best(row: places[row].row)
      func columns(_ keys: ArraySlice<UInt64>) -> [Int] { keys.map(RankKey.index) }
      guard keys.count > k else { return columns(keys[...]).sorted() }
      let middle = Double(RankKey.value(keys[k - 1]))
      let reach = 2 * candidates.errors[row]
      let first = keys.partitioningIndex { Double(RankKey.value($0)) <= middle + reach }
      let end = keys.partitioningIndex { Double(RankKey.value($0)) < middle - reach }
      guard end < keys.endIndex || keys.count < candidates.kept else { return nil }
      let open = columns(keys[first..<end])
        .map { (similarity: decider.similarity(row, $0), column: $0) }
        .sorted { ($0.similarity, $1.column) > ($1.similarity, $0.column) }
      let sure = columns(keys[..<first])
      return (sure + open.prefix(k - sure.count).map(\.column)).sorted()
    }
  }

  /// Searches some rows again, with bounds.
  private func search(
    _ again: [Int], _ workers: Workers
  ) throws(ContrastiveError) -> Found {
    try SimilaritySearch(
      k: k, rows: Operand(rows.name, rows.matrix.rows(at: again)), columns: columns,
      excluding: exclusions.map { .selected(rows: again, $0) }, above: floor, screen: .float,
      product: product,
      decidedBy: decider.map { decider in
        SimilarityDecider { decider.similarity(again[$0], $1) }
      }, slack: slack
    ).run(workers: workers)
  }
}
