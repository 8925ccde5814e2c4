extension KMeansState {
  /// Assigns every point to its nearest centroid; returns the points whose cluster changed.
  mutating func assign(workers: Workers) throws(ContrastiveError) -> [ClusterMove] {
    assignmentsMade += 1
    let isFresh = !bounds.areUsable || labels.first == ClusterMove.none
    let (moves, computed) =
      if !isFresh {
        try assignByBlocks(fully: false, workers: workers)
      } else if strategy == .perGroup {
        try assignAllByBlocks(workers: workers)
      } else {
        try assignAll(workers: workers)
      }
    computedDistances += computed
    computedLast += computed
    return moves
  }

  /// Every distance, in one pass over tiles; writes every bound.
  private mutating func assignAll(
    workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let columnNorms = centroids.squaredNorms(workers: workers)
    bounds.reset(rows: points.rows, largestDistance: largestDistance(columnNorms))
    let nearest = NearestSearch(points: points, centroids: centroids, columnNorms: columnNorms)
    let pass = try bounds.withTables { tables in
      Result { () throws(ContrastiveError) in
        try nearest.candidates(bounds: tables?.fine, workers: workers)
      }
    }.get()
    let blocks = pass.blocks
    var moves = [[ClusterMove]](repeating: [], count: blocks.count)
    let watch = CancelationWatch(workers, steps: blocks.count)
    labels.withUnsafeMutableBufferPointer { labels in
      let labels = SharedMemory(labels)
      reach.withUnsafeMutableBufferPointer { reach in
        let reach = SharedMemory(reach)
        moves.withUnsafeMutableBufferPointer { moves in
          let moves = SharedMemory(moves)
          bounds.withTables { tables in
            let writer = tables?.fine
            workers.forEach(blocks.count) { block, _ in
              guard !watch.isCanceled else { return }
              let first = block * pass.rowsPerBlock
              var own: [ClusterMove] = []
              for row in blocks[block].least.indices {
                let index = first + row
                let found = nearest.resolve(blocks[block], row: row, index: index)
                reach[index] = found.distance
                writer?.row(index)[found.column] = BoundsWriter.own
                if labels[index] != UInt32(found.column) {
                  own.append(
                    ClusterMove(
                      row: UInt32(index), from: labels[index], to: UInt32(found.column)))
                  labels[index] = UInt32(found.column)
                }
              }
              moves[block] = own
            }
          }
        }
      }
    }
    try workers.checkCanceled()
    return (moves.flatMap { $0 }, points.rows * clusters)
  }

  /// The longest distance between a point and a centroid, at most.
  private func largestDistance(_ columnNorms: [Float]) -> Float {
    (points.norms.max() ?? 0).squareRoot() + (columnNorms.max() ?? 0).squareRoot()
  }

  /// Every distance, block by block; writes every bound.
  private mutating func assignAllByBlocks(
    workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    try BLAS.prepare()
    bounds.reset(
      rows: points.rows,
      largestDistance: largestDistance(centroids.squaredNorms(workers: workers)))
    return try assignByBlocks(fully: true, workers: workers)
  }

  /// The distances that the bounds do not rule out, or all of them.
  private mutating func assignByBlocks(
    fully: Bool, workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let blocks = pieces(points.rows, BlockScratch.rows)
    let columnNorms = centroids.squaredNorms(workers: workers)
    let rounding = DistanceRounding(
      dimension: points.dimension, largestNorm: columnNorms.max() ?? 0)
    let (clusters, pointCount, dimension) = (clusters, points.rows, points.dimension)
    let entries = bounds.listEntries
    let scratchCount = BlockScratch.count(
      clusters: clusters, entries: entries, dimension: dimension)
    let scratch = Scratch(count: min(workers.count, blocks) * scratchCount)
    let memory = scratch.memory
    var outcomes = [BoundedBlock.Outcome](repeating: .init(), count: blocks)
    let watch = CancelationWatch(workers, steps: blocks)
    withSearchMemory(
      columnNorms: columnNorms, rounding: rounding, product: workers.product
    ) {
      search, labels, reach, bounds in
      outcomes.withUnsafeMutableBufferPointer { outcomes in
        let outcomes = SharedMemory(outcomes)
        bounds.withTables { tables in
          guard let tables else { return }
          workers.forEach(blocks) { block, worker in
            guard !watch.isCanceled else { return }
            var work = BoundedBlock(
              search: search, tables: tables, labels: labels.base, reach: reach.base,
              scratch: BlockScratch(
                memory, worker: worker, clusters: clusters, entries: entries,
                dimension: dimension))
            let first = block * BlockScratch.rows
            let rows = first..<min(pointCount, first + BlockScratch.rows)
            if fully { work.runFully(rows) } else { work.run(rows) }
            outcomes[block] = work.outcome
          }
        }
      }
    }
    try workers.checkCanceled()
    return (outcomes.flatMap(\.moves), outcomes.reduce(0) { $0 + $1.computed })
  }

  /// What the workers read, and what they write for each point.
  private mutating func withSearchMemory(
    columnNorms: [Float], rounding: DistanceRounding, product: MatrixProduct,
    _ body: (
      SearchMemory, SharedMemory<UInt32>, SharedMemory<Double>, inout DistanceBounds
    ) -> Void
  ) {
    let dimension = points.dimension
    points.matrix.withUnsafeBufferPointer { rows in
      centroids.withUnsafeBufferPointer { columns in
        points.norms.withUnsafeBufferPointer { rowNorms in
          columnNorms.withUnsafeBufferPointer { columnNorms in
            let search = SearchMemory(
              points: SharedReadOnlyMemory(rows), centroids: SharedReadOnlyMemory(columns),
              rowNorms: SharedReadOnlyMemory(rowNorms),
              columnNorms: SharedReadOnlyMemory(columnNorms), rounding: rounding,
              dimension: dimension, product: product)
            labels.withUnsafeMutableBufferPointer { labels in
              reach.withUnsafeMutableBufferPointer { reach in
                body(search, SharedMemory(labels), SharedMemory(reach), &bounds)
              }
            }
          }
        }
      }
    }
  }
}
