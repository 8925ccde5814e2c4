/// The nearest centroid of a point: Float32 to rule out, Double to decide.
struct NearestSearch: Sendable {
  let points: PreparedPoints
  let centroids: Matrix
  /// ‖c‖².
  let columnNorms: [Float]
  let rounding: DistanceRounding

  init(points: PreparedPoints, centroids: Matrix, columnNorms: [Float]) {
    self.points = points
    self.centroids = centroids
    self.columnNorms = columnNorms
    rounding = DistanceRounding(
      dimension: points.dimension, largestNorm: columnNorms.max() ?? 0)
  }

  /// Every distance, and for each block of rows the centroids that may be the nearest: for the
  /// points of this process where these are given, else for all.
  func candidates(
    bounds: BoundsWriter?, of shares: PointShares? = nil, workers: Workers
  ) throws(ContrastiveError) -> (blocks: [NearestCandidatesReader.Statistics], rowsPerBlock: Int) {
    let pass = RectanglePass(
      rows: Operand(points.argument, points.matrix), columns: Operand("centroids", centroids))
    let reader = NearestCandidatesReader(
      rowNorms: points.norms, columnNorms: columnNorms, dimension: points.dimension,
      bounds: bounds)
    precondition(shares.map { $0.rowsPerBlock == pass.rowsPerBlock } ?? true)
    let blocks = shares?.ownBlocks ?? 0..<pass.rowBlocks
    return (try pass.read(reader, blocks: blocks, workers: workers), pass.rowsPerBlock)
  }

  /// The nearest of a row's candidates, and an upper bound on its distance.
  func resolve(
    _ block: NearestCandidatesReader.Statistics, row: Int, index: Int
  ) -> (column: Int, distance: Double) {
    if let only = block.onlyCandidate(row: row) {
      let slack = rounding.slack(norm: points.norms[index])
      let square = max(0, Double(block.least[row]) + Double(slack))
      return (only, square.squareRoot())
    }
    let best = nearest(block, row: row, index: index)
    return (best.column, best.square.squareRoot())
  }

  /// ‖x − c‖² of the nearest centroid of a row, in Double; nil if it is not below a limit.
  func square(
    _ block: NearestCandidatesReader.Statistics, row: Int, index: Int, below limit: Double
  ) -> Double? {
    // The bound has room for what Double loses, too.
    let slack = rounding.slack(norm: points.norms[index])
    guard Double(block.least[row]) - Double(slack) < limit else { return nil }
    let square = nearest(block, row: row, index: index).square
    return square < limit ? square : nil
  }

  private func nearest(
    _ block: NearestCandidatesReader.Statistics, row: Int, index: Int
  ) -> (column: Int, square: Double) {
    var best = (column: 0, square: Double.infinity)
    // Ascending, so that the lowest stays on a tie.
    for column in block.candidates(row: row) ?? ArraySlice(0..<UInt32(centroids.rows)) {
      let square = points.matrix.squaredDistance(index, to: centroids, Int(column))
      if square < best.square { best = (Int(column), square) }
    }
    return best
  }
}

extension Matrix {
  /// ‖a row of this − a row of another‖² in Double.
  func squaredDistance(_ row: Int, to other: Matrix, _ otherRow: Int) -> Double {
    withSharedMemory(and: other) { a, b in
      ClusterKernels.best.squaredDistance(
        a + row * columns, b + otherRow * columns, count: columns)
    }
  }
}
