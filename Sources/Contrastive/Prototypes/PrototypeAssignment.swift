/// The nearest prototype of each point.
public struct PrototypeAssignment: Sendable {
  /// The nearest prototype of each point, the lowest on a tie.
  public let assignments: [Int]
  /// The squared distance to it, in Double.
  public let squaredDistances: [Double]

  /// Assigns points, such as new ones, to prototypes.
  ///
  /// As in k-means, Float32 rules out and Double decides. Complexity: 2 · n · k · D operations.
  ///
  /// - Parameters:
  ///   - points: [n × D].
  ///   - prototypes: [k × D]; for spherical, both are normalized first.
  ///   - metric: Euclidean or spherical.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, `.zeroNorm`,
  ///   `.canceled`.
  public init(
    _ points: Matrix, to prototypes: Matrix, metric: KMeans.Metric = .euclidean,
    workers: Workers = .all
  ) throws(ContrastiveError) {
    let columns = Operand("prototypes", prototypes)
    try columns.requireRows()
    try columns.requireDimension(of: Operand("points", points))
    let rows = try PreparedPoints(
      points, argument: "points", metric: metric, zeroRows: .refuse, workers: workers)
    let centroids = try PreparedPoints(
      prototypes, argument: "prototypes", metric: metric, zeroRows: .refuse, workers: workers)
    let search = NearestSearch(
      points: rows, centroids: centroids.matrix, columnNorms: centroids.norms)
    let found = try search.candidates(bounds: nil, workers: workers)
    let assignments = workers.mapUntilCanceled(found.blocks.count) { block in
      found.blocks[block].least.indices.map { row in
        search.resolve(
          found.blocks[block], row: row, index: block * found.rowsPerBlock + row
        ).column
      }
    }.flatMap { $0 }
    try workers.checkCanceled()
    self.assignments = assignments
    squaredDistances = workers.map(rows.rows, runs: 64) { index in
      rows.matrix.squaredDistance(index, to: centroids.matrix, assignments[index])
    }
  }
}
