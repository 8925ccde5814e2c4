extension KMeans {
  /// k-means++, with the distances to new centroids computed a batch at a time.
  ///
  /// Each next centroid is a point drawn with probability ∝ w(x), its squared distance to the
  /// nearest centroid so far. Only stale weights W ≥ w, from before the current batch, are kept: a
  /// draw ∝ W is accepted with probability w/W, which makes it a draw ∝ w (rejection sampling), and
  /// w is computed for the points drawn alone. A batch is a quarter of the centroids there are, at
  /// most 256, and ends with one pass of all points against its centroids, or earlier when stale
  /// weights are so much too large that 1,000 draws are rejected in a row.
  ///
  /// A weight is a distance in Double; codes or Float32 rule out what cannot lower it. So weights,
  /// and with them the points drawn, are the same on every processor, and exactly the points that
  /// equal a centroid have weight 0.
  ///
  /// Complexity: 2 · n · k · D operations in products, as much as one assignment, and some
  /// n · log k distances in Double. Memory: 8 · n.
  ///
  /// Source: Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007;
  /// the rejection follows Cohen-Addad et al., "Fast and accurate k-means++ via rejection
  /// sampling", NeurIPS 2020.
  ///
  /// `progress` is told before each batch how many centroids there are, and Σ w.
  func plusPlusRows(
    _ points: PreparedPoints, clusters: Int, codes: CodedPoints?,
    using random: inout CounterRandom, workers: Workers,
    progress: (_ chosen: Int, _ potential: Double) -> Bool
  ) throws(ContrastiveError) -> [Int] {
    let first = random.index(below: points.rows)
    guard
      let seed = (first..<points.rows).first(where: points.canSeed)
        ?? (0..<first).first(where: points.canSeed)
    else { throw .zeroNorm(argument: points.argument, row: 0) }
    var rows = [seed]
    var weights = StaleWeights(points, codes: codes, clusters: clusters)
    var swept = 0
    while rows.count < clusters {
      try weights.lower(to: Array(rows[swept...]), workers: workers)
      guard progress(rows.count, weights.total) else { throw .canceled }
      swept = rows.count
      let limit = min(clusters, rows.count + max(1, min(256, rows.count / 4)))
      var rejections = 0
      while rows.count < limit, rejections < 1000 {
        guard let row = weights.draw(using: &random) else {
          if rows.count > swept { break }
          throw points.tooFew(distinct: points.distinctCount(), for: clusters)
        }
        let weight = points.squaredDistance(of: row, toNearestOf: rows[swept...])
        guard weight > 0 else {
          weights.remove(row)
          continue
        }
        if Double(random.uniform()) * weights[row] < weight {
          rows.append(row)
          rejections = 0
        } else {
          rejections += 1
        }
      }
    }
    return rows
  }
}

extension PreparedPoints {
  /// The squared distance of a point to the nearest of some points, in Double; ∞ of none.
  fileprivate func squaredDistance(of row: Int, toNearestOf others: ArraySlice<Int>) -> Double {
    matrix.withSharedMemory { points in
      others.reduce(Double.infinity) { least, other in
        min(
          least,
          ClusterKernels.best.squaredDistance(
            points + row * dimension, points + other * dimension, count: dimension))
      }
    }
  }
}

/// A weight for each point, to draw points by: its squared distance to the nearest centroid before
/// the current batch.
private struct StaleWeights {
  private let points: PreparedPoints
  /// Made for an assignment to so many clusters.
  private let codes: CodedPoints?
  private let clusters: Int
  private var weights: [Double]
  private var blockSums: [Double] = []
  private static let block = 256

  init(_ points: PreparedPoints, codes: CodedPoints?, clusters: Int) {
    self.points = points
    self.codes = codes
    self.clusters = clusters
    weights = (0..<points.rows).map { points.canSeed($0) ? .infinity : 0 }
  }

  subscript(row: Int) -> Double { weights[row] }

  /// Σ of all weights.
  var total: Double { blockSums.reduce(0, +) }

  /// Lowers every weight to the squared distance to the nearest of some points.
  mutating func lower(to chosen: [Int], workers: Workers) throws(ContrastiveError) {
    let centroids = points.matrix.rows(at: chosen)
    // Passes and codes are each cut in their own way.
    let shares = PointShares(
      rows: points.rows, clusters: codes == nil ? centroids.rows : clusters, workers: workers)
    if let codes {
      lower(to: centroids, by: codes, workers: workers)
    } else {
      try lowerByProducts(to: centroids, of: shares, workers: workers)
    }
    try shares.checkCanceled(workers)
    weights.withMutableSharedMemory { shares.gather($0) }
    blockSums = (0..<pieces(weights.count, Self.block)).map(sum(block:))
  }

  private mutating func lower(to centroids: Matrix, by codes: CodedPoints, workers: Workers) {
    let size = codes.scratchCount
    let scratch = Scratch(count: min(workers.count, codes.blocks) * size)
    let memory = scratch.memory
    let columns = codes.encode(centroids, workers: workers)
    points.matrix.withSharedMemory(and: centroids) { points, values in
      weights.withMutableSharedMemory { weights in
        workers.forEachUntilCanceled(codes.blocks) { block, worker in
          codes.lowerSquares(
            weights + codes.rows(block: block).lowerBound, block: block, to: columns,
            points: points, values: values, scratch: memory + worker * size)
        }
      }
    }
  }

  private mutating func lowerByProducts(
    to centroids: Matrix, of shares: PointShares, workers: Workers
  ) throws(ContrastiveError) {
    let search = NearestSearch(
      points: points, centroids: centroids,
      columnNorms: centroids.squaredNorms(workers: workers))
    let pass = try search.candidates(bounds: nil, of: shares, workers: workers)
    let first = shares.ownRows.lowerBound
    weights.withMutableSharedMemory { weights in
      workers.forEachUntilCanceled(pass.blocks.count) { block, _ in
        for place in pass.blocks[block].least.indices {
          let row = first + block * pass.rowsPerBlock + place
          if let square = search.square(
            pass.blocks[block], row: place, index: row, below: weights[row])
          {
            weights[row] = square
          }
        }
      }
    }
  }

  /// Gives a point the weight 0.
  mutating func remove(_ row: Int) {
    weights[row] = 0
    blockSums[row / Self.block] = sum(block: row / Self.block)
  }

  private func sum(block: Int) -> Double {
    let range = (block * Self.block)..<min(weights.count, (block + 1) * Self.block)
    return weights[range].reduce(0, +)
  }

  /// A point drawn with probability ∝ its weight; nil when all weights are 0.
  func draw(using random: inout CounterRandom) -> Int? {
    let total = total
    guard total > 0 else { return nil }
    var target = Double(random.next() >> 11) * 0x1p-53 * total
    var last: Int?
    for (block, sum) in blockSums.enumerated() where sum > 0 {
      last = block
      if target < sum { break }
      target -= sum
    }
    guard let last else { return nil }
    var found: Int?
    for row in (last * Self.block)..<min(weights.count, (last + 1) * Self.block)
    where weights[row] > 0 {
      found = row
      target -= weights[row]
      if target < 0 { break }
    }
    return found
  }
}
