/// The negatives of each row, reduced to what a softmax over them needs.
struct NegativeSums: Sendable {
  let temperature: Double
  /// The sums of each row.
  private(set) var rows: [SoftmaxSum]
  /// Σ exp((s − maximum)/temperature) · column of each row, when it was accumulated.
  private(set) var columns: Matrix?

  /// What a sweep found.
  init(_ outcome: TiledSweep.Outcome<RunningSoftmax.Partial>, temperature: Double) {
    self.init(outcome.blocks, temperature: temperature)
    columns = outcome.accumulated
  }

  /// What a sweep that does not accumulate found.
  init(_ blocks: [RunningSoftmax.Partial], temperature: Double) {
    self.temperature = temperature
    rows = blocks.flatMap { block in
      block.sum.indices.map {
        SoftmaxSum(
          maximum: Double(block.maximum[$0]), sum: block.sum[$0], spread: block.spread[$0])
      }
    }
  }

  /// Adds negatives whose logit is 0 whatever the row: `counts[i]` of them to row i.
  mutating func addZeros(_ counts: [Int]) {
    precondition(counts.count == rows.count)
    var factors = [Float](repeating: 1, count: rows.count)
    for row in rows.indices where counts[row] > 0 {
      factors[row] = Float(rows[row].raise(to: 0, temperature: temperature))
      _ = rows[row].add(0, count: Double(counts[row]), temperature: temperature)
    }
    columns?.scaleRows { factors[$0] }
  }

  /// Adds negatives of each row's own.
  ///
  /// Rows in parallel, each by one worker; nothing is held but a row's similarities.
  ///
  /// - Throws: `ContrastiveError.zeroNorm` for a mix that has no direction.
  mutating func add(
    _ extra: some RowColumns, of anchors: Matrix, workers: Workers
  ) throws(ContrastiveError) {
    let (count, dimension) = (anchors.rows, anchors.columns)
    let (temperature, accumulating) = (temperature, columns != nil)
    var faults = [Bool](repeating: false, count: count)
    anchors.withUnsafeBufferPointer { anchors in
      extra.source.withUnsafeBufferPointer { source in
        rows.withUnsafeMutableBufferPointer { rows in
          faults.withUnsafeMutableBufferPointer { faults in
            columns.withSharedMemory { columns in
              let (anchors, source) = (SharedReadOnlyMemory(anchors), SharedReadOnlyMemory(source))
              let (rows, faults) = (SharedMemory(rows), SharedMemory(faults))
              workers.forEach(count) { row, _ in
                let anchor = anchors + row * dimension
                var mixes: [RowMix] = []
                var top = -Double.infinity
                for place in 0..<extra.count(row: row) {
                  guard
                    let mix = extra.mix(place, row: row, anchor: anchor, source: source.base)
                  else { return faults[row] = true }
                  mixes.append(mix)
                  top = max(top, mix.similarity)
                }
                let factor = rows.base[row].raise(to: top, temperature: temperature)
                let sum = columns + (accumulating ? row * dimension : 0)
                if accumulating, factor != 1 {
                  for d in 0..<dimension { sum[d] *= Float(factor) }
                }
                for mix in mixes {
                  let term = rows.base[row].add(mix.similarity, temperature: temperature)
                  guard accumulating, term > 0 else { continue }
                  mix.add(term, anchor: anchor, source: source.base, dimension, to: sum)
                }
              }
            }
          }
        }
      }
    }
    if let row = faults.firstIndex(of: true) { throw .zeroNorm(argument: extra.name, row: row) }
  }
}
