extension KMeans {
  /// Bytes that clustering holds at most beyond the points given and the result's centroids.
  ///
  /// ```
  ///   n · (16 + 84)            norms, clusters, distances; candidates and moves of a full pass
  /// + [spherical] 4 · n · D    the unit points
  /// + 2 · n · (s + g)          bounds: s = k rounded up to 32 for each centroid, else 0; g groups;
  ///   or n · (D + 20)          codes, where these are more; with AMX of D rounded up to 64
  /// + k · (12 · D + 32)        exact sums, the centroids before
  /// + W · b                    a tile and its lists for each worker
  /// ```
  /// with b = 4 · max(197,120, 768 · D + 131,072 + 256 · e + 7 · k + 2,081), by codes at least
  /// 4 · 296,192, and e = k for bounds for each centroid, g for groups. Several clusterings or
  /// restarts hold the winners' bounds, too.
  ///
  /// - Parameters:
  ///   - clusters: k.
  ///   - rows: n.
  ///   - dimension: D.
  ///   - workers: the threads.
  /// - Returns: the bytes; `Int.max` for sizes whose product no memory holds.
  public func memory(
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
      4 * min(workers.count, pieces(rows, CodedPoints.blockRows)) * CodedPoints.scratchCount
    let mayUseCodes =
      strategy == .codes || strategy == nil && codes <= boundsMemory
    return rows * 100 + (metric == .spherical ? 4 * rows * dimension : 0)
      + max(2 * rows * (fine + plan.groups), mayUseCodes ? codes : 0)
      + clusters * (12 * dimension + 32) + max(pass, blocks, mayUseCodes ? screened : 0)
  }
}
