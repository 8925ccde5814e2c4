extension KMeans {
  /// k-means++, with the distances to new centroids computed a batch at a time.
  ///
  /// Each next centroid is a point drawn with probability ∝ w(x), its squared distance to the
  /// nearest centroid so far. Only stale weights W ≥ w, from before the current batch, are kept: a
  /// draw ∝ W is accepted with probability w/W, which makes it a draw ∝ w (rejection sampling), and
  /// w is computed for the points drawn alone. A batch is a quarter of the centroids there are, at
  /// most 256, and ends with one sweep of all points against its centroids.
  ///
  /// Complexity: 2 · n · k · D operations in products, as much as one assignment. Memory: 8 · n.
  ///
  /// Source: Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007;
  /// the rejection follows Cohen-Addad et al., "Fast and accurate k-means++ via rejection
  /// sampling", NeurIPS 2020.
  func plusPlusRows(
    _ points: PreparedPoints, using random: inout CounterRandom, workers: Workers
  ) throws(ContrastiveError) -> [Int] {
    var rows = [random.index(below: points.rows)]
    var weights = StaleWeights(rows: points.rows)
    var swept = 0
    while rows.count < clusters {
      let batch = rows[swept...]
      let centroids = points.matrix.gathered(Array(batch))
      try weights.lower(points, centroids: centroids, workers: workers)
      swept = rows.count
      let exact = ExactWeight(points: points)
      let limit = min(clusters, rows.count + max(1, min(256, rows.count / 4)))
      while rows.count < limit {
        guard let row = weights.draw(using: &random) else {
          if rows.count > swept { break }
          throw tooFew(distinct: points.matrix.distinctRowCount())
        }
        let stale = weights[row]
        // A stale weight within rounding of zero says nothing: look at every centroid.
        let doubtful = stale <= exact.rounding(row)
        let weight = exact.weight(row, centroids: doubtful ? rows[...] : rows[swept...])
        guard weight > 0 else {
          weights.lower(row, to: 0)
          continue
        }
        if Double(random.uniform()) * Double(stale) < weight { rows.append(row) }
      }
    }
    return rows
  }
}

/// The squared distance to the nearest centroid, decided in Double.
private struct ExactWeight {
  let points: PreparedPoints

  func rounding(_ row: Int) -> Float {
    let norm = points.norms[row]
    return 4 * DistanceRounding(dimension: points.dimension, largestNorm: norm).slack(norm: norm)
  }

  func weight(_ row: Int, centroids: ArraySlice<Int>) -> Double {
    let dimension = points.dimension
    return points.matrix.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return 0 }
      return centroids.reduce(Double.infinity) { least, other in
        min(
          least,
          ClusterKernels.best.squaredDistance(
            base + row * dimension, base + other * dimension, count: dimension))
      }
    }
  }
}

/// A weight for each point, to draw points by.
private struct StaleWeights {
  private var weights: [Float]
  private var blockSums: [Double]
  private static let block = 256

  init(rows: Int) {
    weights = [Float](repeating: .infinity, count: rows)
    blockSums = []
  }

  subscript(row: Int) -> Float { weights[row] }

  /// Lowers every weight to the squared distance to the nearest of some centroids.
  mutating func lower(
    _ points: PreparedPoints, centroids: Matrix, workers: Workers
  ) throws(ContrastiveError) {
    let search = NearestSearch(
      points: points, centroids: centroids,
      columnNorms: centroids.squaredNorms(workers: workers))
    let blocks = try search.candidates(bounds: nil, workers: workers).blocks
    var row = 0
    for block in blocks {
      for least in block.least {
        weights[row] = min(weights[row], max(0, least))
        row += 1
      }
    }
    blockSums = (0..<pieces(weights.count, Self.block)).map(sum(block:))
  }

  mutating func lower(_ row: Int, to weight: Float) {
    weights[row] = weight
    blockSums[row / Self.block] = sum(block: row / Self.block)
  }

  private func sum(block: Int) -> Double {
    let range = (block * Self.block)..<min(weights.count, (block + 1) * Self.block)
    return weights[range].reduce(0) { $0 + Double($1) }
  }

  /// A point drawn with probability ∝ its weight; nil when all weights are 0.
  func draw(using random: inout CounterRandom) -> Int? {
    let total = blockSums.reduce(0, +)
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
      target -= Double(weights[row])
      if target < 0 { break }
    }
    return found
  }
}
