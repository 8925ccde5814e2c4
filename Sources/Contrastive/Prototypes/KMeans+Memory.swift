extension KMeans {
  /// Bytes that clustering holds at most beyond the points given and the result's centroids, as the
  /// comment of `KMeans` has them.
  ///
  /// - Parameters:
  ///   - clusters: k.
  ///   - rows: n.
  ///   - dimension: D.
  ///   - workers: the threads.
  /// - Returns: the bytes; `Int.max` for sizes whose product no memory holds.
  package func memory(
    clusters: Int, rows: Int, dimension: Int, workers: Workers = .all
  ) -> Int {
    let product = (Double(rows) + 1) * (Double(clusters) + 1) * (Double(dimension) + 1)
    guard min(rows, clusters, dimension) >= 0, product < 0x1p58 else { return .max }
    let plan = BoundsPlan(clusters: clusters, rows: rows, options: self)
    let chunk = ClusterKernels.chunk
    let fine = plan.strategy == .perCentroid ? pieces(clusters, chunk) * chunk : 0
    let pass = TileGrid(rows: rows, columns: clusters).scratchBytes(
      dimension: dimension, summing: false, workers: workers)
    let blocks =
      plan.strategy == .exhaustive
      ? 0
      : 4 * min(workers.count, pieces(rows, BlockScratch.rows))
        * BlockScratch.count(
          clusters: clusters, entries: plan.strategy == .perCentroid ? clusters : plan.groups,
          dimension: dimension)
    let codes = CodedPoints.bytes(rows: rows, dimension: dimension)
    let screened =
      4 * min(workers.count, pieces(rows, CodedPoints.blockRows))
      * CodedPoints.scratchCount(dimension: dimension)
    let mayUseCodes =
      strategy == .codes || strategy == nil && codes <= boundsMemory
    return rows * 100 + (metric == .spherical ? 4 * rows * dimension : 0)
      + max(2 * rows * (fine + plan.groups), mayUseCodes ? codes : 0)
      + clusters * (20 * dimension + 32) + max(pass, blocks, mayUseCodes ? screened : 0)
  }
}
