import Contrastive
import ContrastiveCore
import Foundation
import Testing
import _Reference
import _TestSupport

/// k-means against Lloyd's iteration in Double, iteration by iteration.
struct LloydTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rows, dimension, clusters: Int
    var spherical = false
    /// Elements are whole numbers of a small range: many equal points and ties.
    var lattice = false
    /// Added to every element.
    var offset: Float = 0
    var testDescription: String {
      "\(rows)x\(dimension) k \(clusters)\(spherical ? " spherical" : "")"
        + "\(lattice ? " lattice" : "") offset \(offset)"
    }

    func points() throws -> Matrix {
      var random = CounterRandom(seed: 5, stream: UInt64(rows * 31 + dimension))
      // A few centers with noise, so that clusters are neither trivial nor absent.
      let centers = try TestData.embeddings(17, dimension, seed: 3)
      let values = (0..<rows).flatMap { row in
        (0..<dimension).map { column in
          lattice
            ? Float(random.index(below: 4)) + offset
            : centers[row % 17, column] + random.uniform(-0.3, 0.3) + offset
        }
      }
      return try Matrix(rows: rows, columns: dimension, values: values)
    }

    func state(_ strategy: KMeansStrategy? = nil, workers: Workers = .all) throws -> KMeansResult {
      try KMeans(
        metric: spherical ? .spherical : .euclidean, seeding: .randomPoints, iterations: 0,
        seed: 7, strategy: strategy
      ).fit(points(), clusters: clusters, workers: workers)
    }
  }

  static let cases = [
    Case(rows: 1, dimension: 1, clusters: 1),
    Case(rows: 7, dimension: 3, clusters: 7),
    Case(rows: 50, dimension: 5, clusters: 1),
    Case(rows: 300, dimension: 2, clusters: 40),
    Case(rows: 257, dimension: 17, clusters: 13),
    Case(rows: 800, dimension: 33, clusters: 100),
    Case(rows: 1500, dimension: 16, clusters: 600),
    Case(rows: 700, dimension: 19, clusters: 30, spherical: true),
    Case(rows: 900, dimension: 3, clusters: 25, lattice: true),
    Case(rows: 600, dimension: 4, clusters: 60, lattice: true),
    Case(rows: 500, dimension: 8, clusters: 20, offset: 1000),
  ]

  @Test(arguments: cases, [KMeansStrategy.perCentroid, .perGroup, .codes])
  func everyAssignmentIsTheNearestInDouble(_ item: Case, _ strategy: KMeansStrategy) throws {
    var state = try item.state(strategy)
    let points = try item.spherical ? item.points().normalized().rows : item.points()
    for iteration in 0..<25 {
      #expect(
        state.assignments
          == referenceAssignments(points: points.doubles, centroids: state.centroids.doubles),
        "iteration \(iteration)")
      #expect(state.counts.allSatisfy { $0 > 0 })
      #expect(
        relativeError(
          state.objective + 1e-12,
          referenceObjective(
            points: points.doubles, centroids: state.centroids.doubles,
            assignments: state.assignments) + 1e-12) < 1e-12)
      // Worst seen 3e-15 of Σ ‖x‖².
      let norm = points.values.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(state.progress().objective - state.objective) <= 1e-12 * norm)
      let before = state
      try state.advance()
      guard !state.isConverged else { break }
      // Means, unless an empty cluster took over a point. Worst seen 6e-8.
      let means = referenceMeans(
        points: points.doubles, assignments: before.assignments, clusters: item.clusters,
        onSphere: item.spherical)
      if state.assignmentsMade == before.assignmentsMade + 1 {
        #expect(worstError(state.centroids, means) < 1e-7)
      }
    }
  }

  @Test(arguments: cases, [KMeansStrategy.perCentroid, .perGroup, .codes])
  func boundsChangeNothing(_ item: Case, _ strategy: KMeansStrategy) throws {
    var bounded = try item.state(strategy)
    var plain = try item.state(.exhaustive)
    for _ in 0..<25 {
      #expect(bounded.centroids == plain.centroids)
      #expect(bounded.assignments == plain.assignments)
      #expect(bounded.isConverged == plain.isConverged)
      try bounded.advance()
      try plain.advance()
    }
  }

  @Test(arguments: [2, 3, 4, 7], [KMeansStrategy.perCentroid, .perGroup, .codes])
  func threadsChangeNothing(_ threads: Int, _ strategy: KMeansStrategy) throws {
    for item in Self.cases {
      var one = try item.state(strategy, workers: .one)
      let workers = try Workers(count: threads)
      var many = try item.state(strategy, workers: workers)
      for _ in 0..<8 {
        try one.advance(workers: .one)
        try many.advance(workers: workers)
      }
      #expect(one.centroids == many.centroids)
      #expect(one.assignments == many.assignments)
      #expect(one.squaredDistances(workers: .one) == many.squaredDistances(workers: workers))
      #expect(one.computedDistances == many.computedDistances)
    }
  }

  @Test func followsLloydInDouble() throws {
    let item = Case(rows: 900, dimension: 24, clusters: 17)
    let points = try item.points()
    let initial = points.rows(0..<17)
    let reference = referenceLloyd(
      points: points.doubles, centroids: initial.doubles, iterations: 12)
    var state = try KMeans(seeding: .given(initial), iterations: 0).fit(points, clusters: 17)
    for step in reference {
      #expect(state.assignments == step.assignments)
      // Worst seen 8e-8: the centroids are Float32.
      #expect(worstError(state.centroids, step.centroids) < 3e-7)
      try state.advance()
    }
  }

  @Test(arguments: [KMeansStrategy.perCentroid, .perGroup])
  func boundsSaveWork(_ strategy: KMeansStrategy) throws {
    var state = try Case(rows: 3000, dimension: 16, clusters: 100).state(strategy)
    for _ in 0..<20 { try state.advance() }
    #expect(state.computedShare < 0.5)
  }

  /// A centroid that jumps far again and again must not cost the others their bounds.
  @Test func longPathsAreTakenOffBounds() throws {
    let points = try TestData.embeddings(2000, 24, seed: 9)
    for strategy in [KMeansStrategy.perCentroid, .perGroup] {
      var kMeans = try KMeans(
        seeding: .randomPoints, iterations: 0, seed: 3, strategy: strategy)
      var bounded = try kMeans.fit(points, clusters: 70)
      kMeans.strategy = .exhaustive
      var plain = try kMeans.fit(points, clusters: 70)
      for _ in 0..<60 {
        try bounded.advance()
        try plain.advance()
        #expect(bounded.assignments == plain.assignments)
      }
      #expect(bounded.computedShare < 0.7)
    }
  }

  @Test func strategyIsChosenBySizes() throws {
    let points = try TestData.embeddings(600, 64, seed: 1)
    func chosen(_ clusters: Int, memory: Int) throws -> String {
      let state = try KMeans(seeding: .randomPoints, iterations: 0, boundsMemory: memory)
        .fit(points, clusters: clusters)
      return "\(state.groups) \(state.strategy.rawValue)"
    }
    let hasCodes = CodedPoints.areFast(dimension: 64)
    #expect(
      try chosen(500, memory: 1 << 30) == (hasCodes ? "0 codes" : "16 per-centroid bounds"))
    #expect(try chosen(60, memory: 1 << 30) == "2 per-centroid bounds")
    #expect(try chosen(3, memory: 1 << 30) == "0 exhaustive")
    #expect(try chosen(500, memory: 40_000) == "33 group bounds")
    #expect(try chosen(500, memory: 12_000) == "10 group bounds")
    #expect(try chosen(500, memory: 1000) == "0 exhaustive")
  }

  /// Codes give way to bounds where these are expected to rule more out, and the result is that of
  /// either.
  @Test func codesGiveWayToBounds() throws {
    // Of long rows in a plane, clusters shift a little for many iterations, and bounds rule nearly
    // all out; of noise they rule little out.
    let plane = try planePoints(4_000, dimension: 512)
    let noise = try TestData.embeddings(4_000, 64, seed: 3)
    for (points, iterations, final) in [
      (plane, 60, "per-centroid bounds"), (noise, 9, "codes"),
    ] {
      let start = points.rows(0..<200)
      let chosen = try KMeans(seeding: .given(start), iterations: iterations)
        .fit(points, clusters: 200)
      let plain = try KMeans(
        seeding: .given(start), iterations: iterations, strategy: .exhaustive
      ).fit(points, clusters: 200)
      #expect(chosen.centroids == plain.centroids && chosen.assignments == plain.assignments)
      if CodedPoints.areFast(dimension: points.columns) {
        #expect(chosen.strategy.rawValue == final, "\(chosen.iterations)")
      }
    }
  }

  private func planePoints(_ rows: Int, dimension: Int) throws -> Matrix {
    var random = CounterRandom(seed: 5)
    return try Matrix(
      rows: rows, columns: dimension,
      values: (0..<rows).flatMap { _ in
        let (x, y) = (random.uniform(-1, 1), random.uniform(-1, 1))
        return (0..<dimension).map { x * Float(cos(Double($0))) + y * Float(sin(Double($0))) }
      })
  }

  @Test func aCopyIsACheckpoint() throws {
    let points = try Case(rows: 800, dimension: 33, clusters: 100).points()
    var state = try KMeans(
      seeding: .randomPoints, iterations: 1, seed: 7, strategy: .perCentroid
    ).fit(points, clusters: 100)
    var copy = state
    for _ in 0..<5 { try state.advance() }
    for _ in 0..<5 { try copy.advance() }
    #expect(state.centroids == copy.centroids)
    #expect(state.assignments == copy.assignments)
    #expect(state.objective == copy.objective)
    #expect(state.iterations == 6)
  }
}
