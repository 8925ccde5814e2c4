/// Finds the candidates of an audit: for each row the k others whose maximum over the row's support
/// is highest, decided in Double.
struct AuditSearch {
  let unit: Matrix
  let support: [Matrix]
  let zeroRows: ZeroRows
  let k: Int

  /// For each row its candidates, best first, with the maximum and the mean over the support.
  struct Found: Sendable {
    let k: Int
    /// [rows × k].
    let columns: [Int32]
    /// [rows × k], in Double's precision.
    let maximum: [Float]
    /// [rows × k].
    let mean: [Float]

    var rows: Int { columns.count / k }
  }

  /// Throws `ContrastiveError` for support rows that cannot be normalized.
  func candidates(workers: Workers) throws(ContrastiveError) -> Found {
    let columns = Operand("embeddings", unit)
    var found: SimilaritySearch.Found?
    for (index, view) in support.enumerated() {
      let name = "support \(index)"
      let rows = Operand(name, try view.normalized(argument: name, zeroRows: zeroRows).rows)
      let other = try SimilaritySearch(k: k, rows: rows, columns: columns, excluding: [.diagonal])
        .run(workers: workers)
      found =
        found.map { $0.followed(by: other).best(ofImages: unit.rows, workers: workers) } ?? other
      try workers.checkAnyCanceled()
    }
    let best: SimilaritySearch.Found
    if let found {
      best = found
    } else {
      best = try SimilaritySearch.graph(of: columns, k: k, workers: workers)
    }
    return try scored(best.columns.map { Int32($0) }, workers)
  }

  /// Maximum and mean of each candidate, products and sums in Double.
  private func scored(
    _ columns: [Int32], _ workers: Workers
  ) throws(ContrastiveError) -> Found {
    let maximum = SharedArray(repeating: -Float.infinity, count: columns.count)
    let sums = SharedArray(repeating: 0.0, count: columns.count)
    let (tops, totals) = (maximum.memory, sums.memory)
    let (k, dimension) = (k, unit.columns)
    for view in support.isEmpty ? [unit] : support {
      let rows =
        support.isEmpty
        ? unit : try view.normalized(argument: "support", zeroRows: zeroRows).rows
      rows.withSharedMemory(and: unit) { rows, unit in
        workers.forEachUntilCanceled(columns.count / k) { row, _ in
          for place in (row * k)..<((row + 1) * k) {
            let product = RowKernels.best.dot(
              rows + row * dimension, unit + Int(columns[place]) * dimension, count: dimension)
            // Float32 rows are unit within rounding only.
            let similarity = min(max(product, -1), 1)
            tops[place] = max(tops[place], Float(similarity))
            totals[place] += similarity
          }
        }
      }
      try workers.checkCanceled()
    }
    let views = Double(max(1, support.count))
    return Found(
      k: k, columns: columns, maximum: maximum.elements,
      mean: sums.elements.map { Float($0 / views) })
  }
}
