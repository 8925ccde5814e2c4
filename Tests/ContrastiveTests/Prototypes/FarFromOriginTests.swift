import Contrastive
import Testing
import _Reference

/// Points far from the origin relative to their spread, where ‖x‖² − 2 x·c + ‖c‖² in Float32 is
/// nothing but rounding: k-means++ must still see that they are distinct, and how far apart.
@Suite struct FarFromOriginTests {
  @Test(arguments: [0, 2_500, 3_000, 5_000, 1e5, 1e6] as [Float])
  func twoPointsAreTwoClusters(_ offset: Float) throws {
    let points = try Matrix(rows: 2, columns: 1, values: [offset, offset + 1])
    for seed in 0..<8 as Range<UInt64> {
      let result = try KMeans(seed: seed).fit(points, clusters: 2)
      #expect(Set(result.centroids.values) == [offset, offset + 1])
      #expect(result.objective == 0)
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "3", expected: "at most 2, the number of distinct points")
    ) { try KMeans().fit(points, clusters: 3) }
  }

  /// 400 distinct rows that all but agree, plain and on the sphere, in hierarchies and audits.
  @Test func nearlyCollapsedRowsAreClustered() throws {
    var random = CounterRandom(seed: 1)
    let points = try Matrix(
      rows: 400, columns: 64,
      values: (0..<(400 * 64)).map { _ in 1 + random.uniform(-1e-4, 1e-4) })
    for metric in KMeans.Metric.allCases {
      let result = try KMeans(metric: metric).fit(points, clusters: 8)
      #expect(result.counts.allSatisfy { $0 > 0 })
      let rows = metric == .spherical ? try points.normalized().rows : points
      #expect(
        result.assignments
          == referenceAssignments(points: rows.doubles, centroids: result.centroids.doubles))
    }
    let levels = try HierarchicalKMeans(points, clusters: [8, 3], options: KMeans())
    #expect(levels.levels.map(\.centroids.rows) == [8, 3])
    let audit = try NegativeAudit(neighbors: [3], clusters: [8]).run(points)
    #expect(audit.candidates.k == 3)
  }

  /// Eight blobs at 1e5: found as they are at the origin.
  @Test(arguments: KMeans.Metric.allCases) func blobsAreFound(_ metric: KMeans.Metric) throws {
    var random = CounterRandom(seed: 3)
    let values = (0..<320).flatMap { row in
      (0..<4).map { column in
        let isFar = column < 3 && ((row % 8) >> column) % 2 == 1
        return (isFar ? 100_400 : 100_000) + random.uniform(-4, 4)
      }
    }
    let points = try Matrix(rows: 320, columns: 4, values: values)
    let result = try KMeans(metric: metric, restarts: 5).fit(points, clusters: 8)
    for row in 8..<320 { #expect(result.assignments[row] == result.assignments[row % 8]) }
    #expect(Set(result.assignments).count == 8)
  }

  /// D² sampling far out: the point at distance 3 has nine times the chance of the one at 1, and a
  /// point's copy has none.
  @Test func drawsBySquaredDistance() throws {
    let points = try Matrix(rows: 4, columns: 1, values: [1e6, 1e6 + 1, 1e6 + 3, 1e6])
    var counts: [Float: Int] = [:]
    for seed in 0..<3000 as Range<UInt64> {
      let start = try KMeans(iterations: 0, seed: seed).fit(points, clusters: 2)
      if start.centroids[0, 0] == 1e6 { counts[start.centroids[1, 0], default: 0] += 1 }
    }
    #expect(counts[1e6] == nil)
    let (near, far) = (Double(counts[1e6 + 1] ?? 0), Double(counts[1e6 + 3] ?? 0))
    // Binomial with p = 0.9 and about 1,500 draws: a deviation of 0.01 is more than one standard
    // error.
    #expect(abs(far / (near + far) - 0.9) < 0.04)
  }

  /// Tiny points, whose squared distances Float32 cannot hold.
  @Test func tinyPointsAreDistinct() throws {
    let points = try Matrix(
      rows: 6, columns: 2, values: (0..<12).map { Float($0 * $0 + 1) * 1e-30 })
    let result = try KMeans().fit(points, clusters: 6)
    #expect(result.counts == [1, 1, 1, 1, 1, 1])
  }

  /// Pairs of points far from all others and near each other: when one of each has been chosen, the
  /// stale weights of the others are far too large, and nearly all draws are rejected.
  @Test func outlyingPairsDoNotStall() throws {
    var random = CounterRandom(seed: 9)
    var values = (0..<4_000).map { _ in random.uniform(-1, 1) }
    for pair in 0..<40 {
      let place = Float(pair + 1) * 1e9
      values.replaceSubrange((4 * pair)..<(4 * pair + 4), with: [place, 0, place, 64])
    }
    let points = try Matrix(rows: 2_000, columns: 2, values: values)
    let result = try KMeans(iterations: 1, seed: 2).fit(points, clusters: 200)
    #expect(result.counts.allSatisfy { $0 > 0 })
  }
}
