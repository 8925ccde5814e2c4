/// Finds the candidates of an audit: for each row the k others whose maximum over the row's support
/// is highest.
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
    var keys = try best(of: support.first, 0, workers)
    for (index, view) in support.enumerated().dropFirst() {
      let other = try best(of: view, index, workers)
      merge(other, into: &keys, workers)
      try workers.checkCanceled()
    }
    let columns = keys.map { Int32(RankKey.index($0)) }
    return try scored(columns, workers)
  }

  /// The k best of each row as rank keys.
  private func best(
    of view: Matrix?, _ index: Int, _ workers: Workers
  ) throws(ContrastiveError) -> [UInt64] {
    let reader = TopKReader(k: k, excluding: [.diagonal])
    let columns = Operand("embeddings", unit)
    let blocks: [TopKReader.Statistics]
    if let view {
      let name = "support \(index)"
      let rows = Operand(name, try view.normalized(argument: name, zeroRows: zeroRows).rows)
      blocks = try RectanglePass(rows: rows, columns: columns).read(reader, workers: workers)
    } else {
      blocks = try SymmetricPass(columns).read(reader, workers: workers)
    }
    var keys: [UInt64] = []
    keys.reserveCapacity(unit.rows * k)
    for best in blocks.lazy.flatMap(\.best) { keys += best }
    return keys
  }

  /// A row's best in the maximum are among the best of each view: of their union the k highest,
  /// each column once.
  private func merge(_ other: [UInt64], into keys: inout [UInt64], _ workers: Workers) {
    let k = k
    keys.withMutableSharedMemory { keys in
      workers.forEachUntilCanceled(unit.rows) { row, _ in
        let start = row * k
        var both = (start..<(start + k)).map { keys[$0] } + other[start..<(start + k)]
        both.sort(by: >)
        var seen: Set<Int> = []
        var place = start
        for key in both where place < start + k {
          guard seen.insert(RankKey.index(key)).inserted else { continue }
          keys[place] = key
          place += 1
        }
      }
    }
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
