import Contrastive
import Synchronization
import Testing
import _TestSupport

/// Searches, clusterings and evaluations in a canceled task end with `.canceled`, wherever they
/// are, and leave nothing behind that a later call would see.
@Suite struct CancelationTests {
  /// A call on enough data to be long, and what it gives when it is left alone.
  struct Call: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable () throws -> [Double]

    init(_ name: String, _ run: @escaping @Sendable () throws -> [Double]) {
      testDescription = name
      self.run = run
    }
  }

  static let rows = try? TestData.embeddings(3_000, 32, seed: 21)
  static let labels = (0..<3_000).map { $0 % 7 }

  private static func points() throws -> Matrix { try #require(rows) }

  static let calls: [Call] = [
    Call("k-means++") {
      try KMeans(iterations: 0).fit(points(), clusters: 300).centroids.values.map(Double.init)
    },
    Call("k-means by bounds") {
      [
        try KMeans(seeding: .randomPoints, strategy: .perCentroid).fit(points(), clusters: 90)
          .objective
      ]
    },
    Call("k-means by group bounds") {
      [
        try KMeans(seeding: .randomPoints, strategy: .perGroup).fit(points(), clusters: 90)
          .objective
      ]
    },
    Call("k-means by codes") {
      [
        try KMeans(seeding: .randomPoints, strategy: .codes).fit(points(), clusters: 90)
          .objective
      ]
    },
    Call("granularities") {
      try KMeans().fit(points(), clusters: [60, 30]).map(\.objective)
    },
    Call("hierarchy") {
      try HierarchicalKMeans(points(), clusters: [60, 9], options: KMeans()).levels
        .map(\.objective)
    },
    Call("prototype assignment") {
      try PrototypeAssignment(points(), to: points().rows(0..<200)).squaredDistances
    },
    Call("Sinkhorn") {
      try Sinkhorn(iterations: 8).codes(points()).values.map(Double.init)
    },
    Call("hard positives") {
      let bank = try points()
      let graph = try NeighborGraph(
        nodes: 3_000, indices: (0..<9_000).map { ($0 * 7_919 + 13) % 3_000 })
      return try graph.hardPositives(4, of: bank, in: bank, indices: Array(0..<3_000))
        .flatMap { $0.map(\.similarity) }
    },
    Call("ridge") { try RidgeProbe().fit(points(), labels: labels).weights },
    Call("logistic") { try LogisticProbe().fit(points(), labels: labels).classifier.weights },
    Call("spectrum") { try Spectrum(of: points()).singularValues },
    Call("components") { try PrincipalComponents(of: points(), count: 2).shares },
    Call("audit") {
      try NegativeAudit(neighbors: [5], clusters: [20]).run(points(), labels: labels)
        .gradientShares.map(Double.init)
    },
    Call("evaluation") {
      let set = try RepresentationEvaluation.Embeddings(points(), labels: labels)
      var evaluation = try RepresentationEvaluation()
      evaluation.measures = [.clusters, .rank]
      let found = try evaluation.run(test: set)
      return [found[.ami] ?? 0, found[.rankMe] ?? 0]
    },
  ]

  @Test(arguments: calls.indices) func aCanceledTaskEnds(_ index: Int) async throws {
    let call = Self.calls[index]
    let expected = try call.run()
    let task = Task { () -> ContrastiveError? in
      // Canceled before the call starts: the first check sees it.
      while !Task.isCancelled { await Task.yield() }
      do {
        _ = try call.run()
        return nil
      } catch {
        return error as? ContrastiveError
      }
    }
    task.cancel()
    #expect(await task.value == .canceled)
    // The engine works on, bit-equal.
    #expect(try call.run() == expected)
  }

  /// Canceled in the midst of it, at each report of k-means: while seeding and while iterating.
  @Test func kMeansEndsWhereItIs() async throws {
    let points = try Self.points()
    let expected = try KMeans().fit(points, clusters: 40)
    var iterations: Set<Int> = []
    for stop in 1..<40 {
      let task = Task { () -> (calls: Int, last: Int, error: ContrastiveError?) in
        var (calls, last) = (0, 0)
        do throws(ContrastiveError) {
          _ = try KMeans().fit(points, clusters: 40) {
            calls += 1
            last = $0.iteration
            if calls == stop { withUnsafeCurrentTask { $0?.cancel() } }
            return true
          }
          return (calls, last, nil)
        } catch {
          return (calls, last, error)
        }
      }
      let (calls, last, error) = await task.value
      guard calls >= stop, last < expected.iterations else { break }
      #expect(error == .canceled, "stop \(stop)")
      #expect(calls == stop)
      iterations.insert(last)
    }
    #expect(iterations.isSuperset(of: [-1, 0, 1]))
    let again = try KMeans().fit(points, clusters: 40)
    #expect(again.centroids == expected.centroids)
  }

  /// The progress closure is asked while centroids are chosen, too; then there is no result yet.
  @Test func kMeansCanBeStoppedWhileSeeding() throws {
    let points = try Self.points()
    var seen: [KMeansProgress] = []
    #expect(throws: ContrastiveError.canceled) {
      try KMeans().fit(points, clusters: 100) {
        seen.append($0)
        return seen.count < 5
      }
    }
    #expect(seen.map(\.iteration) == [-1, -1, -1, -1, -1])
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.computedShare < $1.computedShare })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.objective >= $1.objective })
    // A second restart that is stopped while seeding leaves the first one's result.
    var restarts: Set<Int> = []
    let one = try KMeans(iterations: 3, restarts: 2).fit(points, clusters: 20) {
      restarts.insert($0.restart)
      return $0.restart == 0
    }
    #expect(restarts == [0, 1])
    #expect(one.centroids == (try KMeans(iterations: 3).fit(points, clusters: 20)).centroids)
  }
}
