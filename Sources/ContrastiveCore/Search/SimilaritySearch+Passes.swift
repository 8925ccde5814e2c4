extension SimilaritySearch {
  /// Columns kept beyond the k-th, for those within rounding of it.
  private static let spare = 8

  /// Whether a pass in Float32 finds candidates: where no vector instruction multiplies codes.
  var isFoundByPass: Bool { screen == nil && memory == nil && !product.isVectorized }

  /// Candidates kept of each row.
  var kept: Int { min(k + Self.spare, candidates) }

  private var candidates: Int { compared == .all ? columns.rows : columns.rows - 1 }

  /// The best of each row, in Double, of the `kept` best in Float32.
  ///
  /// Whatever a pass has left out is below its last by no more than what Float32 can be off by.
  /// Rows where that is not enough to be sure of the k-th are searched again, with bounds.
  ///
  /// - Parameters:
  ///   - blocks: what a pass has found.
  ///   - workers: the threads to use.
  /// - Returns: the best of every row.
  /// - Throws: `ContrastiveError`.
  func decide(
    _ blocks: [TopKReader.Statistics], workers: Workers
  ) throws(ContrastiveError) -> Found {
    let (count, k, kept, candidates) = (rows.rows, k, kept, candidates)
    let indices = SharedArray<Int>(repeating: 0, count: count * k)
    let similarities = SharedArray<Float>(repeating: 0, count: count * k)
    let open = SharedArray<Bool>(repeating: false, count: count)
    let (places, values, isOpen) = (indices.memory, similarities.memory, open.memory)
    var starts = [0]
    for block in blocks { starts.append(starts[starts.count - 1] + block.rows) }
    let dimension = rows.dimension
    rows.matrix.withSharedMemory(and: columns.matrix) { [starts] rowValues, columnValues in
      let decider = SimilarityDecider(
        rows: rowValues, columns: columnValues, dimension: dimension)
      let screen = FloatScreen(
        rows: rowValues, columns: columnValues, dimension: dimension, workers: workers)
      workers.forEach(blocks.count) { block, _ in
        for place in 0..<blocks[block].rows {
          let row = starts[block] + place
          let keys = blocks[block].best(row: place)
          let found = keys.map { key in
            let column = RankKey.index(key)
            return (similarity: decider.similarity(row, column), column: column)
          }.sorted { ($0.similarity, $1.column) > ($1.similarity, $0.column) }
          let most = keys.last.map { Double(RankKey.value($0)) + screen.errors[row] } ?? 0
          guard kept == candidates || found[k - 1].similarity > most else {
            isOpen[row] = true
            continue
          }
          for (rank, entry) in found.prefix(k).enumerated() {
            places[row * k + rank] = entry.column
            values[row * k + rank] = Float(entry.similarity)
          }
        }
      }
    }
    var found = Found(screen: .float)
    found.columns = indices.elements
    found.similarities = similarities.elements
    found.survivors = Double(kept) / Double(columns.rows)
    let again = open.elements.indices.filter { open.elements[$0] }
    if !again.isEmpty { try search(again, into: &found, workers) }
    return found
  }

  /// Searches some rows again, with bounds.
  private func search(
    _ again: [Int], into found: inout Found, _ workers: Workers
  ) throws(ContrastiveError) {
    // A row is among its own columns: one more, which is left out.
    let wanted = compared == .all ? k : k + 1
    let rest = try SimilaritySearch(
      k: wanted, rows: Operand(rows.name, rows.matrix.rows(at: again)), columns: columns,
      screen: .float, product: product
    ).run(workers: workers)
    for (place, row) in again.enumerated() {
      var rank = 0
      for entry in (place * wanted)..<((place + 1) * wanted) where rank < k {
        if compared == .others && rest.columns[entry] == row { continue }
        found.columns[row * k + rank] = rest.columns[entry]
        found.similarities[row * k + rank] = rest.similarities[entry]
        rank += 1
      }
    }
    found.survivors += rest.survivors * Double(again.count) / Double(rows.rows)
  }
}
