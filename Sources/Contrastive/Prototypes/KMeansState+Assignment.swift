extension KMeansState {
  /// Assigns every point to its nearest centroid; returns the points whose cluster changed.
  mutating func assign(workers: Workers) throws(ContrastiveError) -> [ClusterMove] {
    assignmentsMade += 1
    let (moves, computed) =
      bounds.areUsable && labels.first != ClusterMove.none
      ? assignWithinBounds(workers: workers) : try assignAll(workers: workers)
    computedDistances += computed
    computedLast += computed
    return moves
  }

  /// Every distance, in one sweep over tiles; writes every bound.
  private mutating func assignAll(
    workers: Workers
  ) throws(ContrastiveError) -> (moves: [ClusterMove], computed: Int) {
    let columnNorms = centroids.squaredNorms(workers: workers)
    bounds.reset(
      rows: points.rows,
      largestDistance: (points.norms.max() ?? 0).squareRoot()
        + (columnNorms.max() ?? 0).squareRoot())
    let nearest = NearestSearch(points: points, centroids: centroids, columnNorms: columnNorms)
    let blocks = try bounds.withWriter { writer in
      Result { () throws(ContrastiveError) in
        try nearest.candidates(bounds: writer, workers: workers)
      }
    }.get()
    var moves = [[ClusterMove]](repeating: [], count: blocks.count)
    labels.withUnsafeMutableBufferPointer { labels in
      let labels = SharedMemory(labels)
      reach.withUnsafeMutableBufferPointer { reach in
        let reach = SharedMemory(reach)
        moves.withUnsafeMutableBufferPointer { moves in
          let moves = SharedMemory(moves)
          bounds.withWriter { writer in
            workers.forEach(blocks.count) { block, _ in
              let first = block * TileGrid.rowsPerTile
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
    return (moves.flatMap { $0 }, points.rows * clusters)
  }

  /// Only the distances that the bounds leave in doubt.
  private mutating func assignWithinBounds(
    workers: Workers
  ) -> (moves: [ClusterMove], computed: Int) {
    let order = rowsByCluster()
    let grid = TileGrid(rows: order.count, columns: clusters)
    let blocks = grid.rowBlocks
    let columnNorms = centroids.squaredNorms(workers: workers)
    let rounding = DistanceRounding(
      dimension: points.dimension, largestNorm: columnNorms.max() ?? 0)
    let thresholds = bounds.thresholds
    let scratchCount = BoundedBlock.scratchCount(clusters: clusters, dimension: points.dimension)
    let scratch = Scratch(count: min(workers.count, blocks) * scratchCount)
    let memory = scratch.memory
    var outcomes = [BoundedBlock.Outcome](repeating: .init(), count: blocks)
    withSearchMemory(columnNorms: columnNorms, rounding: rounding) {
      search, labels, reach, bounds in
      thresholds.columnPaths.withUnsafeBufferPointer { pathsUp in
        let pathsUp = SharedReadOnlyMemory(pathsUp)
        outcomes.withUnsafeMutableBufferPointer { outcomes in
          let outcomes = SharedMemory(outcomes)
          bounds.withWriter { writer in
            guard let writer else { return }
            workers.forEach(blocks) { block, worker in
              var work = BoundedBlock(
                search: search, writer: writer, thresholds: thresholds, pathsUp: pathsUp.base,
                labels: labels.base, reach: reach.base,
                scratch: memory + worker * scratchCount)
              work.run(order[grid.rows(block: block)])
              outcomes[block] = work.outcome
            }
          }
        }
      }
    }
    return (outcomes.flatMap(\.moves), outcomes.reduce(0) { $0 + $1.computed })
  }

  /// What the workers read, and what they write for each point.
  private mutating func withSearchMemory(
    columnNorms: [Float], rounding: DistanceRounding,
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
              dimension: dimension)
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

  /// The points by cluster, then by index: neighbours look at much the same centroids.
  private func rowsByCluster() -> [UInt32] {
    var places = [Int](repeating: 0, count: clusters + 1)
    for label in labels { places[Int(label) + 1] += 1 }
    for cluster in 0..<clusters { places[cluster + 1] += places[cluster] }
    var order = [UInt32](repeating: 0, count: labels.count)
    for (row, label) in labels.enumerated() {
      order[places[Int(label)]] = UInt32(row)
      places[Int(label)] += 1
    }
    return order
  }
}
