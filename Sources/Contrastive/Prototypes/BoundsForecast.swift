/// What bounds would rule out of a few points' distances in the next assignment.
struct BoundsForecast: Sendable {
  private static let most = 32

  private let rows: [Int]
  /// ‖x − c‖ of all centroids for each of the points.
  private let distances: [Float]
  /// Pairs that codes left open, of all.
  private let openShare: Double

  /// Measures distances after an assignment; nil where bounds could not win if they ruled out all.
  init?(_ result: KMeansResult, open: Int, workers: Workers) {
    let count = min(Self.most, result.points.rows)
    let (points, clusters, dimension) = (
      result.points, result.clusters, result.points.dimension
    )
    let rows = (0..<count).map { $0 * points.rows / count }
    self.rows = rows
    openShare = Double(open) / (Double(points.rows) * Double(clusters))
    guard Self.codes(changed: 1, open: openShare) > Self.bounds(left: 0, dimension) else {
      return nil
    }
    distances = points.matrix.withSharedMemory(and: result.centroids) { points, centroids in
      [Float](unsafeUninitializedCapacity: count * clusters) { buffer, initialized in
        let found = SharedMemory(buffer)
        workers.forEach(count, filling: found, from: { $0 * clusters }) { place, _ in
          let point = points + rows[place] * dimension
          for cluster in 0..<clusters {
            let square = ClusterKernels.best.squaredDistance(
              point, centroids + cluster * dimension, count: dimension)
            (found + place * clusters + cluster).initialize(to: Float(square.squareRoot()))
          }
        }
        initialized = count * clusters
      }
    }
  }

  /// What an assignment by codes takes, in units of a pass that computes all distances in Float32.
  ///
  /// That is 0.4, or 0.15 where AMX multiplies them, if all centroids have changed, and 26 for each
  /// pair that is decided in Double. Measured on a processor with AVX-512 and VNNI, 125,000 × 128,
  /// 40,000 × 384 and 60,000 × 784, as is what bounds take.
  private static func codes(changed: Double, open: Double) -> Double {
    // All points look at what has changed; those whose own has, at most, at the rest.
    CodedPoints.passCost * (changed + changed * (1 - changed)) + 26 * open
  }

  /// What one by bounds takes: 4 for each distance that it computes, of which there are half as
  /// many again as one move of the centroids would leave.
  private static func bounds(left: Double, _ dimension: Int) -> Double {
    0.05 + 30 / Double(dimension) + 6 * left
  }

  /// Whether the iterations that may follow are expected to take less time with bounds, which
  /// begin with all distances in Float32.
  func favorsBounds(
    _ result: KMeansResult, moved drifts: [Double], remaining: Int
  ) -> Bool {
    let changed = Double(drifts.count { $0 > 0 }) / Double(max(1, drifts.count))
    let gain =
      Self.codes(changed: changed, open: openShare)
      - Self.bounds(left: share(result, drifts), result.points.dimension)
    return Double(remaining) * gain > 1.1
  }

  /// The share of the distances that bounds would not rule out.
  private func share(_ result: KMeansResult, _ drifts: [Double]) -> Double {
    let clusters = result.clusters
    var left = 0
    for (place, row) in rows.enumerated() {
      let own = result.points.matrix.squaredDistance(
        row, to: result.centroids, Int(result.labels[row])
      ).squareRoot()
      for cluster in 0..<clusters
      where Double(distances[place * clusters + cluster]) - drifts[cluster] < own { left += 1 }
    }
    return Double(left) / (Double(max(1, rows.count)) * Double(clusters))
  }
}
