import Contrastive
import Testing
import _Reference

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
      // A few centres with noise, so that clusters are neither trivial nor absent.
      let centres = try TestData.embeddings(17, dimension, seed: 3)
      let values = (0..<rows).flatMap { row in
        (0..<dimension).map { column in
          lattice
            ? Float(random.index(below: 4)) + offset
            : centres[row % 17, column] + random.uniform(-0.3, 0.3) + offset
        }
      }
      return try Matrix(rows: rows, columns: dimension, values: values)
    }

    func state(_ strategy: KMeansStrategy? = nil, workers: Workers = .all) throws -> KMeansState {
      try KMeans(
        clusters: clusters, metric: spherical ? .spherical : .euclidean, seeding: .randomPoints,
        seed: 7, strategy: strategy
      ).start(points(), workers: workers)
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

  @Test(arguments: cases)
  func everyAssignmentIsTheNearestInDouble(_ item: Case) throws {
    var state = try item.state(.perCentroid)
    let points = try item.spherical ? item.points().normalized().rows : item.points()
    for iteration in 0..<25 {
      #expect(
        state.assignments
          == referenceAssignments(points: points.doubles, centroids: state.centroids.doubles),
        "iteration \(iteration)")
      #expect(state.counts.allSatisfy { $0 > 0 })
      #expect(
        relativeError(
          state.objective() + 1e-12,
          referenceObjective(
            points: points.doubles, centroids: state.centroids.doubles,
            assignments: state.assignments) + 1e-12) < 1e-12)
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

  @Test(arguments: cases)
  func boundsChangeNothing(_ item: Case) throws {
    var bounded = try item.state(.perCentroid)
    var plain = try item.state(.exhaustive)
    for _ in 0..<25 {
      #expect(bounded.centroids == plain.centroids)
      #expect(bounded.assignments == plain.assignments)
      #expect(bounded.isConverged == plain.isConverged)
      try bounded.advance()
      try plain.advance()
    }
  }

  @Test(arguments: [2, 3, 4, 7])
  func threadsChangeNothing(_ threads: Int) throws {
    for item in Self.cases {
      var one = try item.state(.perCentroid, workers: .one)
      let workers = try Workers(count: threads)
      var many = try item.state(.perCentroid, workers: workers)
      for _ in 0..<8 {
        try one.advance(workers: .one)
        try many.advance(workers: workers)
      }
      #expect(one.centroids == many.centroids)
      #expect(one.assignments == many.assignments)
      #expect(one.objective(workers: .one) == many.objective(workers: workers))
      #expect(one.computedDistances == many.computedDistances)
    }
  }

  @Test func followsLloydInDouble() throws {
    let item = Case(rows: 900, dimension: 24, clusters: 17)
    let points = try item.points()
    let initial = points.rows(0..<17)
    let reference = referenceLloyd(
      points: points.doubles, centroids: initial.doubles, iterations: 12)
    var state = try KMeans(clusters: 17, seeding: .given(initial)).start(points)
    for step in reference {
      #expect(state.assignments == step.assignments)
      // Worst seen 8e-8: the centroids are Float32.
      #expect(worstError(state.centroids, step.centroids) < 3e-7)
      try state.advance()
    }
  }

  @Test func boundsSaveWork() throws {
    var state = try Case(rows: 3000, dimension: 16, clusters: 100).state(.perCentroid)
    for _ in 0..<20 { try state.advance() }
    #expect(state.computedShare < 0.5)
  }

  @Test func strategyIsChosenBySizes() throws {
    let points = try TestData.embeddings(600, 64, seed: 1)
    let many = try KMeans(clusters: 500, seeding: .randomPoints)
    #expect(try many.start(points).strategy == .perCentroid)
    let few = try KMeans(clusters: 5, seeding: .randomPoints)
    #expect(try few.start(points).strategy == .exhaustive)
    let tight = try KMeans(clusters: 500, seeding: .randomPoints, boundsMemory: 1000)
    #expect(try tight.start(points).strategy == .exhaustive)
  }

  @Test func aCopyIsACheckpoint() throws {
    var state = try Case(rows: 800, dimension: 33, clusters: 100).state(.perCentroid)
    try state.advance()
    var copy = state
    for _ in 0..<5 { try state.advance() }
    for _ in 0..<5 { try copy.advance() }
    #expect(state.centroids == copy.centroids)
    #expect(state.assignments == copy.assignments)
    #expect(state.iteration == 6)
  }
}
