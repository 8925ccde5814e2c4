import Contrastive
import Testing
import _Reference
import _TestSupport

struct KMeansTests {
  /// Points around `centers` unit centers.
  private func clustered(_ rows: Int, _ dimension: Int, centers: Int, noise: Float) throws -> Matrix
  {
    let middle = try TestData.embeddings(centers, dimension, seed: 11)
    let all = Matrix(
      rows: rows, columns: dimension, sharing: (0..<rows).flatMap { middle.row($0 % centers) })
    return try TestData.near(all, noise: noise, seed: 12)
  }

  @Test func plusPlusFindsSeparateClusters() throws {
    let points = try clustered(600, 24, centers: 12, noise: 0.05)
    for seed in 0..<5 as Range<UInt64> {
      let result = try KMeans(restarts: 5, seed: seed).fit(points, clusters: 12)
      #expect(result.isConverged)
      for row in 12..<600 { #expect(result.assignments[row] == result.assignments[row % 12]) }
      #expect(Set(result.assignments).count == 12)
    }
  }

  /// D² sampling gives the point at distance 3 nine times the chance of the one at 1.
  @Test func plusPlusDrawsBySquaredDistance() throws {
    let points = try Matrix(rows: 3, columns: 1, values: [0, 1, 3])
    var counts: [Float: Int] = [:]
    for seed in 0..<3000 as Range<UInt64> {
      let state = try KMeans(iterations: 0, seed: seed).fit(points, clusters: 2)
      let (a, b) = (state.centroids[0, 0], state.centroids[1, 0])
      if a == 0 { counts[b, default: 0] += 1 }
    }
    let (near, far) = (Double(counts[1] ?? 0), Double(counts[3] ?? 0))
    // Binomial with p = 0.9 and about 1,000 draws: a deviation of 0.01 is one standard error.
    #expect(abs(far / (near + far) - 0.9) < 0.04)
  }

  /// Weights are distances in Double: their sums, which progress tells, have the same bits whether
  /// codes or Float32 rule out what is far, and whatever the product.
  @Test(arguments: [0, 30] as [Float], KMeans.Metric.allCases)
  func plusPlusDrawsTheSameWhateverScreens(_ offset: Float, _ metric: KMeans.Metric) throws {
    var points = try clustered(900, 40, centers: 50, noise: 0.4)
    // Rows of zeros, duplicates and, far from the origin, little that Float32 can tell apart.
    points = Matrix(
      rows: 900, columns: 40,
      sharing: (0..<900).flatMap { row in
        let own = points.row(row - row % 9 % 2)
        return row % 100 == 0 ? [Float](repeating: 0, count: 40) : own.map { $0 + offset }
      })
    let expected = try seeds(points, 200, metric, .codes, Workers.one)
    #expect(expected.sums.count > 10)
    for workers in try [Workers.one.using(.blas), Workers(count: 3).using(.packed)] {
      for strategy in [KMeansStrategy.codes, .exhaustive] {
        let found = try seeds(points, 200, metric, strategy, workers)
        #expect(found.centroids == expected.centroids && found.sums == expected.sums)
      }
    }
  }

  /// A pass against a batch of centroids is cut otherwise than one against all of them.
  @Test(arguments: [1, 2, 3]) func plusPlusOfManyClusters(processes: Int) throws {
    let points = try clustered(4_000, 8, centers: 50, noise: 0.4)
    let expected = try seeds(points, 1_000, .euclidean, .codes, .all)
    for strategy in [KMeansStrategy.codes, .exhaustive] {
      for result in ThreadedProcess.run(
        processes,
        { group in
          try self.seeds(points, 1_000, .euclidean, strategy, Workers.one.sharing(with: group))
        })
      {
        let found = try result.get()
        #expect(found.centroids == expected.centroids && found.sums == expected.sums)
      }
    }
  }

  /// The first centroids, and Σ w before each batch.
  private func seeds(
    _ points: Matrix, _ clusters: Int, _ metric: KMeans.Metric, _ strategy: KMeansStrategy,
    _ workers: Workers
  ) throws -> (centroids: Matrix, sums: [Double]) {
    var sums: [Double] = []
    let result = try KMeans(
      metric: metric, iterations: 0, seed: 4, zeroRows: .keep, strategy: strategy
    ).fit(points, clusters: clusters, workers: workers) {
      if $0.iteration < 0 { sums.append($0.objective) }
      return true
    }
    return (result.centroids, sums)
  }

  @Test(arguments: [KMeans.Seeding.plusPlus, .randomPoints])
  func duplicatesLeaveTooFewPoints(_ seeding: KMeans.Seeding) throws {
    let distinct = try TestData.embeddings(5, 7, seed: 1)
    let points = Matrix(
      rows: 100, columns: 7, sharing: (0..<100).flatMap { distinct.row($0 % 5) })
    let result = try KMeans(seeding: seeding).fit(points, clusters: 5)
    #expect(result.objective == 0)
    #expect(result.counts == [20, 20, 20, 20, 20])
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "6", expected: "at most 5, the number of distinct points")
    ) { try KMeans(seeding: seeding).fit(points, clusters: 6) }
  }

  @Test func equalInitialCentroidsBecomeClusters() throws {
    let points = try TestData.embeddings(60, 6, seed: 2)
    let initial = Matrix(rows: 8, columns: 6, sharing: (0..<8).flatMap { _ in points.row(0) })
    let result = try KMeans(seeding: .given(initial)).fit(points, clusters: 8)
    #expect(result.counts.allSatisfy { $0 > 0 })
    #expect(result.counts.reduce(0, +) == 60)
    let few = Matrix(rows: 9, columns: 6, sharing: (0..<9).flatMap { points.row($0 % 3) })
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "8", expected: "at most 3, the number of distinct points")
    ) { try KMeans(seeding: .given(initial)).fit(few, clusters: 8) }
  }

  @Test func restartsKeepTheBest() throws {
    let points = try clustered(500, 8, centers: 20, noise: 0.3)
    var kMeans = try KMeans(seeding: .randomPoints, restarts: 5, seed: 3)
    let best = try kMeans.fit(points, clusters: 20)
    kMeans.restarts = 1
    #expect(best.objective <= (try kMeans.fit(points, clusters: 20)).objective)
    #expect(best.objective == best.squaredDistances().reduce(0, +))
  }

  @Test(arguments: [KMeansStrategy.perCentroid, .perGroup], [true, false])
  func aWarmStartEqualsAStartFromItsCentroids(
    _ strategy: KMeansStrategy, following: Bool
  ) throws {
    let points = try clustered(2000, 16, centers: 40, noise: 0.4)
    let kMeans = try KMeans(iterations: 30, strategy: strategy)
    var warm = try kMeans.fit(points, clusters: 50)
    var moving = points
    for epoch in 0..<4 as Range<UInt64> {
      moving = try TestData.near(moving, noise: 0.01, seed: 100 + epoch)
      var cold = kMeans
      cold.seeding = .given(warm.centroids)
      if following {
        var none = kMeans
        none.iterations = 0
        cold.seeding = .given(try none.refit(moving, from: warm).centroids)
        let means = referenceMeans(
          points: moving.doubles, assignments: warm.assignments, clusters: 50, onSphere: false)
        if case .given(let first) = cold.seeding { #expect(worstError(first, means) < 1e-7) }
      }
      let expected = try cold.fit(moving, clusters: 50)
      warm = try kMeans.refit(
        moving, from: warm, startingAt: following ? .means : .centroids)
      #expect(warm.centroids == expected.centroids)
      #expect(warm.assignments == expected.assignments)
      #expect(warm.objective == expected.objective)
      #expect(warm.iterations == expected.iterations)
      #expect(warm.computedDistances < expected.computedDistances / 2)
    }
  }

  /// Points that move far, all at once or one at a time, leave bounds that still hold.
  @Test(arguments: [KMeansStrategy.perCentroid, .perGroup, .codes])
  func warmStartsAfterLongMoves(_ strategy: KMeansStrategy) throws {
    var points = try clustered(800, 8, centers: 20, noise: 0.4)
    let kMeans = try KMeans(iterations: 6, strategy: strategy)
    var warm = try kMeans.fit(points, clusters: 40)
    for epoch in 0..<12 {
      var values = Array(points.values)
      let scale: Float = epoch == 7 ? 3 : 1
      for place in values.indices where epoch % 3 == 0 || place / 8 % 5 == epoch % 5 {
        values[place] = scale * (values[place] + (place % 2 == 0 ? 0.3 : -0.2))
      }
      points = try Matrix(rows: 800, columns: 8, values: values)
      var cold = kMeans
      cold.seeding = .given(warm.centroids)
      let expected = try cold.fit(points, clusters: 40)
      warm = try kMeans.refit(points, from: warm, startingAt: .centroids)
      #expect(warm.assignments == expected.assignments)
      #expect(warm.centroids == expected.centroids)
    }
  }

  @Test func severalGranularitiesAreThoseOfSingleRuns() throws {
    let points = try clustered(600, 12, centers: 30, noise: 0.3)
    for metric in KMeans.Metric.allCases {
      let options = try KMeans(metric: metric, iterations: 5, restarts: 2, seed: 4)
      var seen: Set<Int> = []
      let results = try options.fit(points, clusters: [40, 15, 15]) { clustering, _ in
        seen.insert(clustering)
        return true
      }
      #expect(seen == [0, 1, 2])
      for (index, count) in [40, 15, 15].enumerated() {
        var single = options
        single.seed = 4 + UInt64(index)
        let expected = try single.fit(points, clusters: count)
        #expect(results[index].assignments == expected.assignments)
        #expect(results[index].centroids == expected.centroids)
      }
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "no number", expected: "at least one")
    ) { try KMeans().fit(points, clusters: []) }
    #expect(
      throws: ContrastiveError.parameter(name: "clusters", found: "0", expected: "1 or more")
    ) { try KMeans().fit(points, clusters: [3, 0]) }
    let one = try KMeans().fit(points, clusters: [3, 4]) { _, progress in progress.iteration < 0 }
    #expect(one.count == 1)
  }

  @Test func progressEndsTheWork() throws {
    let points = try TestData.embeddings(500, 8, seed: 4)
    var seen: [Int] = []
    let result = try KMeans().fit(points, clusters: 30) {
      seen.append($0.iteration)
      return $0.iteration < 3
    }
    #expect(seen.filter { $0 >= 0 } == [0, 1, 2, 3])
    #expect(result.iterations == 3)
    #expect(!result.isConverged)
    #expect(
      result.assignments
        == referenceAssignments(points: points.doubles, centroids: result.centroids.doubles))
  }

  @Test func sphericalCentroidsAreUnit() throws {
    let points = try TestData.matrix(400, 9, seed: 5)
    let result = try KMeans(metric: .spherical).fit(points, clusters: 20)
    for row in 0..<20 {
      let norm = result.centroids.row(row).reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(norm - 1) < 1e-6)
    }
    let unit = try points.normalized().rows.doubles
    for (point, cluster) in zip(unit, result.assignments) {
      let dots = result.centroids.doubles.map { dot(point, $0) }
      // Float32 centroids are unit within 1e-7.
      #expect(dots[cluster] > (dots.max() ?? 0) - 1e-6)
    }
  }

  @Test func newPointsGoToTheNearest() throws {
    let points = try TestData.embeddings(700, 13, seed: 6)
    let prototypes = try TestData.embeddings(90, 13, seed: 7)
    let found = try PrototypeAssignment(points, to: prototypes)
    #expect(
      found.assignments
        == referenceAssignments(points: points.doubles, centroids: prototypes.doubles))
    #expect(
      relativeError(
        found.squaredDistances.reduce(0, +),
        referenceObjective(
          points: points.doubles, centroids: prototypes.doubles,
          assignments: found.assignments)) < 1e-12)
  }

  @Test func levelsAreComposed() throws {
    let points = try clustered(600, 12, centers: 30, noise: 0.3)
    let levels = try HierarchicalKMeans(
      points, clusters: [40, 15, 4], options: KMeans(seed: 2))
    #expect(levels.levels.map(\.centroids.rows) == [40, 15, 4])
    #expect(levels.parents.map(\.count) == [40, 15])
    for row in 0..<600 {
      let (a, b, c) = (
        levels.assignments[0][row], levels.assignments[1][row], levels.assignments[2][row]
      )
      #expect(levels.parents[0][a] == b)
      #expect(levels.parents[1][b] == c)
    }
    let unit = try levels.levels[0].centroids.normalized().rows
    #expect(
      levels.parents[0]
        == referenceAssignments(
          points: unit.doubles, centroids: levels.levels[1].centroids.doubles))
    let spreads = try levels.levels.map { try $0.concentrations(temperature: 0.2) }
    for level in spreads {
      let mean = level.reduce(0.0) { $0 + Double($1) } / Double(level.count)
      #expect(abs(mean - 0.2) < 1e-6)
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "[4, 5]", expected: "levels that do not grow")
    ) { try HierarchicalKMeans(points, clusters: [4, 5], options: KMeans()) }
  }

  @Test func badInput() throws {
    let points = try TestData.embeddings(10, 4, seed: 8)
    #expect(
      throws: ContrastiveError.parameter(name: "clusters", found: "0", expected: "1 or more")
    ) { try KMeans().fit(points, clusters: 0) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "initial", found: "[2 × 4]", expected: "[3 × 4], a row for each cluster")
    ) { try KMeans(seeding: .given(points.rows(0..<2))).fit(points, clusters: 3) }
    #expect(throws: ContrastiveError.zeroNorm(argument: "points", row: 0)) {
      try KMeans(metric: .spherical).fit(Matrix(zeros: 2, by: 3), clusters: 1)
    }
    #expect(throws: ContrastiveError.empty(argument: "points")) {
      try KMeans().fit(Matrix(zeros: 0, by: 3), clusters: 1)
    }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "points", row: 1, column: 0, found: "inf")
    ) {
      try KMeans().fit(Matrix(rows: 2, columns: 1, values: [0, .infinity]), clusters: 1)
    }
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "points", row: 0, column: 0, found: "1e+19", limit: "1e+18")
    ) { try KMeans().fit(Matrix(rows: 1, columns: 2, values: [1e19, 1e19]), clusters: 1) }
    let last = try KMeans().fit(points, clusters: 2)
    #expect(
      throws: ContrastiveError.parameter(
        name: "metric", found: "spherical", expected: "euclidean, that of the last run")
    ) { try KMeans(metric: .spherical).refit(points, from: last) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "points", found: "[5 × 4]",
        expected: "[10 × 4], the shape of the last run's points")
    ) { try KMeans().refit(points.rows(0..<5), from: last) }
  }

  /// Copies of the farthest point are passed over, however many there are.
  @Test func emptyClustersPassOverCopies() throws {
    let copies = 200
    let points = try Matrix(
      rows: copies + 2, columns: 2,
      values: (0..<copies).flatMap { _ in [10, 0] as [Float] } + [1, 0, 0, 2])
    let centroids = try Matrix(rows: 3, columns: 2, values: [0, 0, 500, 500, 600, 600])
    let found = try KMeans(seeding: .given(centroids), iterations: 0).fit(points, clusters: 3)
    #expect(found.assignments == [Int](repeating: 1, count: copies) + [0, 2])
  }
}
