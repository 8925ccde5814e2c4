extension KMeansResult {
  /// Assigns points by codes: every pair is screened, what is left is decided in Double.
  mutating func assignByCodes(
    _ coded: CodedPoints, of shares: PointShares, workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let (blocks, size) = (coded.blocks, CodedPoints.scratchCount)
    let scratch = Scratch(count: min(workers.count, blocks) * size)
    let outcomes = SharedArray(repeating: BoundedBlock.Outcome(), count: blocks)
    let (memory, found) = (scratch.memory, outcomes.memory)
    points.matrix.withSharedMemory(and: centroids) { [clusters] points, values in
      let columns = coded.encode(values, count: clusters, workers: workers)
      labels.withMutableSharedMemory { labels in
        reach.withMutableSharedMemory { reach in
          workers.forEachUntilCanceled(blocks) { block, worker in
            let rows = coded.rows(block: block)
            var nearest = [UInt32](repeating: 0, count: rows.count)
            var outcome = BoundedBlock.Outcome()
            outcome.computed = coded.findNearest(
              block: block, among: columns, points: points, values: values,
              guesses: UnsafePointer(labels.base), scratch: memory + worker * size,
              nearest: &nearest, squares: reach + rows.lowerBound)
            for (row, new) in zip(rows, nearest) {
              reach[row] = reach[row].squareRoot()
              let old = labels[row]
              guard old != new else { continue }
              outcome.moves.append(ClusterMove(row: UInt32(row), from: old, to: new))
              labels[row] = new
            }
            found[block] = outcome
          }
        }
      }
    }
    try workers.checkCanceled()
    let all = outcomes.elements
    let moves = labels.withMutableSharedMemory { shares.gather(all.flatMap(\.moves), labels: $0) }
    let computed = shares.sum(all.reduce(0) { $0 + $1.computed })
    // An assignment that knew no cluster of any point decides more than those that follow.
    if moves.count < points.rows { codes.note(self, computed: computed, workers: workers) }
    return (moves, computed)
  }
}
