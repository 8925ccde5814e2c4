import Contrastive
import Testing
import _TestSupport

/// Clusters, neighbors and duplicates have the same bits for any number of processes.
@Suite struct ProcessTests {
  @Test(arguments: [2, 3, 7], [KMeansStrategy.perCentroid, .perGroup, .exhaustive, .codes])
  func clusters(_ size: Int, _ strategy: KMeansStrategy) throws {
    let points = try TestData.matrix(4_000, 11, seed: 3)
    let options = try KMeans(iterations: 12, restarts: 2, seed: 4, strategy: strategy)
    let alone = try options.fit(points, clusters: 37)
    for result in ThreadedProcess.run(
      size,
      {
        var progress: [KMeansProgress] = []
        let found = try options.fit(
          points, clusters: 37, workers: Workers(count: 2).sharing(with: $0)
        ) { step in
          progress.append(step)
          return true
        }
        return (found, progress)
      })
    {
      let (found, progress) = try result.get()
      #expect(found.centroids == alone.centroids && found.assignments == alone.assignments)
      #expect(found.objective == alone.objective && found.iterations == alone.iterations)
      #expect(!progress.isEmpty)
    }
  }

  /// What a process knows of its own points alone is no knowledge of the others.
  @Test(arguments: [KMeansStrategy.perCentroid, .perGroup, .exhaustive, .codes])
  func goesOnAlone(_ strategy: KMeansStrategy) throws {
    let points = try TestData.matrix(4_000, 11, seed: 3)
    let options = try KMeans(iterations: 3, seed: 4, strategy: strategy)
    @Sendable func run(_ workers: Workers) throws -> KMeansResult {
      var result = try options.fit(points, clusters: 37, workers: workers)
      for _ in 0..<4 { try result.advance(workers: .one) }
      return result
    }
    let alone = try run(.all)
    for result in ThreadedProcess.run(3, { try run(Workers.one.sharing(with: $0)) }) {
      let found = try result.get()
      #expect(found.centroids == alone.centroids && found.assignments == alone.assignments)
      #expect(found.objective == alone.objective)
    }
  }

  /// Points that move between two runs keep the bounds of those that stay with their process.
  @Test(arguments: [2, 3]) func warmStart(_ size: Int) throws {
    let points = try TestData.embeddings(2_600, 9, seed: 5)
    let moved = try TestData.near(points, noise: 0.05, seed: 6)
    let options = try KMeans(iterations: 6, seed: 1)
    @Sendable func run(_ workers: Workers) throws -> KMeansResult {
      try options.refit(
        moved, from: options.fit(points, clusters: 40, workers: workers), workers: workers)
    }
    let alone = try run(.all)
    for result in ThreadedProcess.run(size, { try run(Workers.one.sharing(with: $0)) }) {
      let found = try result.get()
      #expect(found.centroids == alone.centroids && found.assignments == alone.assignments)
      #expect(found.objective == alone.objective)
    }
  }

  @Test(arguments: [2, 3, 7]) func neighbors(_ size: Int) throws {
    let rows = try TestData.embeddings(900, 7, seed: 7)
    let queries = try TestData.embeddings(5, 7, seed: 8)
    @Sendable func run(_ workers: Workers) throws -> [NeighborTable] {
      [
        try NeighborTable(nearestTo: queries, in: rows, k: 9, workers: workers),
        try NeighborTable(graphOf: rows, k: 4, workers: workers),
        try NeighborTable(graphOf: rows, k: 4, memory: 1, workers: workers),
      ]
    }
    let alone = try run(.all)
    for result in ThreadedProcess.run(size, { try run(Workers.one.sharing(with: $0)) }) {
      for (found, expected) in zip(try result.get(), alone) {
        #expect(found.indices == expected.indices && found.similarities == expected.similarities)
      }
    }
  }

  @Test(arguments: [2, 3, 7]) func minedRows(_ size: Int) throws {
    let rows = try TestData.embeddings(1_000, 3, seed: 9)
    @Sendable func run(_ workers: Workers) throws -> (Duplicates, Duplicates, HardNegatives) {
      (
        try Duplicates(of: rows, threshold: 0.999, keeping: .central, workers: workers),
        try Duplicates(of: rows, threshold: 0.999, memory: 1, workers: workers),
        try HardNegatives(queries: rows, documents: rows, workers: workers)
      )
    }
    let alone = try run(.all)
    #expect(!alone.0.pairs.isEmpty)
    for result in ThreadedProcess.run(size, { try run(Workers.one.sharing(with: $0)) }) {
      let found = try result.get()
      #expect(found.0.pairs == alone.0.pairs && found.0.kept == alone.0.kept)
      #expect(found.1.pairs == alone.1.pairs && found.1.groups == alone.1.groups)
      #expect(found.2.documents == alone.2.documents)
      #expect(found.2.similarities == alone.2.similarities)
    }
  }

  /// All processes say how many pairs there are, not each its own.
  @Test func tooManyPairs() throws {
    let rows = try TestData.embeddings(600, 3, seed: 10)
    var errors: [String] = []
    for size in [1, 3] {
      for result in ThreadedProcess.run(
        size,
        {
          try Duplicates(
            of: rows, threshold: 0.5, maxPairs: 500, workers: Workers.one.sharing(with: $0))
        })
      {
        #expect(throws: ContrastiveError.self) { try result.get() }
        if case .failure(let error) = result { errors.append("\(error)") }
      }
    }
    #expect(errors.count == 4 && Set(errors).count == 1)
  }
}
