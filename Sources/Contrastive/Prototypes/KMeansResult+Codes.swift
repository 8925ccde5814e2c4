extension KMeansResult {
  /// Assigns points by codes: pairs that may have changed are screened, what is left is decided in
  /// Double.
  mutating func assignByCodes(
    _ coded: CodedPoints, of shares: PointShares, workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let (blocks, size) = (coded.blocks, coded.scratchCount)
    let scratch = Scratch(count: min(workers.count, blocks) * size)
    let outcomes = SharedArray(repeating: BoundedBlock.Outcome(), count: blocks)
    let (memory, results) = (scratch.memory, outcomes.memory)
    let columns = coded.encode(centroids, since: codes.assigned, workers: workers)
    points.matrix.withSharedMemory(and: centroids) { points, values in
      labels.withMutableSharedMemory { labels in
        reach.withMutableSharedMemory { reach in
          workers.forEachUntilCanceled(blocks) { block, worker in
            let rows = coded.rows(block: block)
            var nearest = [UInt32](repeating: 0, count: rows.count)
            var outcome = BoundedBlock.Outcome()
            let found = coded.findNearest(
              block: block, among: columns, points: points, values: values,
              labels: UnsafePointer(labels.base), scratch: memory + worker * size,
              nearest: &nearest, distances: reach + rows.lowerBound)
            (outcome.open, outcome.computed) = (found.open, found.open + found.known)
            for (row, new) in zip(rows, nearest) {
              let old = labels[row]
              guard old != new else { continue }
              outcome.moves.append(ClusterMove(row: UInt32(row), from: old, to: new))
              labels[row] = new
            }
            results[block] = outcome
          }
        }
      }
    }
    try shares.checkCanceled(workers)
    let all = outcomes.elements
    let moves = labels.withMutableSharedMemory { shares.gather(all.flatMap(\.moves), labels: $0) }
    let computed = shares.sum(all.reduce(0) { $0 + $1.computed })
    codes.note(
      self, moves: moves.count, open: shares.sum(all.reduce(0) { $0 + $1.open }),
      workers: workers)
    return (moves, computed)
  }
}
