extension KMeansResult {
  /// Assigns every point to its nearest centroid; returns the points whose cluster changed.
  mutating func assign(workers: Workers) throws(ContrastiveError) -> [ClusterMove] {
    assignmentsMade += 1
    let shares = PointShares(rows: points.rows, clusters: clusters, workers: workers)
    let (moves, computed) =
      if let coded = codes.codes(of: points, rows: shares.ownRows, workers: workers) {
        try assignByCodes(coded, of: shares, workers: workers)
      } else {
        try assignByBounds(of: shares, workers: workers)
      }
    computedDistances += computed
    computedLast += computed
    return moves
  }

  /// Float32 and bounds, where there are some, rule centroids out.
  private mutating func assignByBounds(
    of shares: PointShares, workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let columnNorms = centroids.squaredNorms(workers: workers)
    let isFresh = !bounds.areUsable(for: shares.ownRows) || labels.first == ClusterMove.none
    if isFresh {
      let largest = (points.norms.max() ?? 0).squareRoot() + (columnNorms.max() ?? 0).squareRoot()
      if bounds.rows != shares.ownRows {
        reach.withMutableSharedMemory { $0.base.update(repeating: .infinity, count: $0.count) }
      }
      bounds.reset(rows: shares.ownRows, largestDistance: largest)
    }
    return isFresh && strategy != .perGroup
      ? try assignAll(columnNorms, of: shares, workers: workers)
      : try assignByBlocks(columnNorms, of: shares, fully: isFresh, workers: workers)
  }

  /// Every distance, in one pass over tiles; writes every bound.
  private mutating func assignAll(
    _ columnNorms: [Float], of shares: PointShares, workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let nearest = NearestSearch(points: points, centroids: centroids, columnNorms: columnNorms)
    let pass = try bounds.withTables { tables in
      Result { () throws(ContrastiveError) in
        try nearest.candidates(bounds: tables?.fine, of: shares, workers: workers)
      }
    }.get()
    let first = shares.ownRows.lowerBound
    let moves = labels.withMutableSharedMemory { labels in
      reach.withMutableSharedMemory { reach in
        bounds.withTables { tables in
          let writer = tables?.fine
          return workers.mapUntilCanceled(pass.blocks.count) { block in
            var moves: [ClusterMove] = []
            for row in pass.blocks[block].least.indices {
              let index = first + block * pass.rowsPerBlock + row
              let found = nearest.resolve(pass.blocks[block], row: row, index: index)
              reach[index] = found.distance
              writer?.row(index)[found.column] = BoundsWriter.own
              let (old, new) = (labels[index], UInt32(found.column))
              guard old != new else { continue }
              moves.append(ClusterMove(row: UInt32(index), from: old, to: new))
              labels[index] = new
            }
            return moves
          }
        }
      }
    }
    try shares.checkCanceled(workers)
    let all = labels.withMutableSharedMemory { shares.gather(moves.flatMap { $0 }, labels: $0) }
    return (all, points.rows * clusters)
  }

  /// The distances that the bounds do not rule out, or all of them.
  private mutating func assignByBlocks(
    _ columnNorms: [Float], of shares: PointShares, fully: Bool, workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    try BLAS.prepare()
    let (points, clusters, entries) = (points, clusters, bounds.listEntries)
    let (own, blocks) = (shares.ownRows, pieces(shares.ownRows.count, BlockScratch.rows))
    let rounding = DistanceRounding(
      dimension: points.dimension, largestNorm: columnNorms.max() ?? 0)
    let scratchCount = BlockScratch.count(
      clusters: clusters, entries: entries, dimension: points.dimension)
    let scratch = Scratch(count: min(workers.count, blocks) * scratchCount)
    let memory = scratch.memory
    let outcomes = SharedArray(repeating: BoundedBlock.Outcome(), count: blocks)
    let found = outcomes.memory
    points.matrix.withSharedMemory(and: centroids) { rows, columns in
      [points.norms, columnNorms].withSharedMemories { norms in
        let search = SearchMemory(
          points: rows, centroids: columns, rowNorms: norms[0], columnNorms: norms[1],
          rounding: rounding, dimension: points.dimension, product: workers.product)
        labels.withMutableSharedMemory { labels in
          reach.withMutableSharedMemory { reach in
            bounds.withTables { tables in
              guard let tables else { return }
              workers.forEachUntilCanceled(blocks) { block, worker in
                var work = BoundedBlock(
                  search: search, tables: tables, labels: labels.base, reach: reach.base,
                  scratch: BlockScratch(
                    memory, worker: worker, clusters: clusters, entries: entries,
                    dimension: points.dimension))
                let first = own.lowerBound + block * BlockScratch.rows
                let rows = first..<min(own.upperBound, first + BlockScratch.rows)
                if fully { work.runFully(rows) } else { work.run(rows) }
                found[block] = work.outcome
              }
            }
          }
        }
      }
    }
    try shares.checkCanceled(workers)
    let all = outcomes.elements
    let moves = labels.withMutableSharedMemory { shares.gather(all.flatMap(\.moves), labels: $0) }
    return (moves, shares.sum(all.reduce(0) { $0 + $1.computed }))
  }
}
