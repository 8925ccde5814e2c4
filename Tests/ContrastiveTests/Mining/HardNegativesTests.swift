import Contrastive
import Testing
import _TestSupport

/// `HardNegatives`, against the rule in Double.
@Suite struct HardNegativesTests {
  /// The rule, by sorting.
  static func expected(
    _ queries: Matrix, _ documents: Matrix, own: [[Int]], _ options: HardNegatives.Options
  ) -> [Int32] {
    let (rows, columns) = (queries.doubles, documents.doubles)
    return rows.indices.flatMap { query -> [Int32] in
      let cosines = columns.map { DuplicatesTests.cosine(rows[query], $0) }
      let order = columns.indices.sorted { (cosines[$1], $0) < (cosines[$0], $1) }
        .prefix(options.candidates)
      let mine = own[query]
      var found: [Int32] = []
      if let p = mine.map({ cosines[$0] }).max() {
        let limit = p - (1 - options.below) * abs(p)
        found = order.filter { !mine.contains($0) }.dropFirst(options.skipTop)
          .filter { cosines[$0] < limit }.prefix(options.perQuery).map(Int32.init)
      }
      return found + [Int32](repeating: -1, count: options.perQuery - found.count)
    }
  }

  @Test(arguments: [
    (1, 1, 2, 8, 100, 0.95, 0), (40, 40, 3, 3, 10, 0.9, 1), (130, 700, 16, 8, 100, 0.95, 0),
    (300, 90, 2, 5, 1_000, 0.5, 3), (70, 2_100, 24, 8, 60, 0.95, 0),
    (30, 300, 1, 5, 60, 1.5, 2), (30, 300, 1, 5, 60, 0.95, 2),
  ]) func followTheRule(
    _ queries: Int, _ documents: Int, _ dimension: Int, _ perQuery: Int, _ candidates: Int,
    _ below: Double, _ skip: Int
  ) throws {
    let rows = try TestData.matrix(queries, dimension, seed: 1)
    let columns = try DuplicatesTests.rows(documents, dimension)
    let options = HardNegatives.Options(
      perQuery: perQuery, candidates: candidates, below: below, skipTop: skip)
    // Some queries have several documents, some none.
    let own = (0..<queries).map { query in
      query % 7 == 5
        ? [] : query % 4 == 1 ? [query % documents, documents / 2] : [query % documents]
    }
    let relevance = try Relevance(
      own.enumerated().flatMap { query, own in
        own.map { Relevance.Judgment(query: query, document: $0) }
      }, queries: queries, documents: documents)
    let found = try HardNegatives(
      queries: rows, documents: columns, relevance: relevance, options: options)
    let expected = Self.expected(rows, columns, own: own, options)
    #expect(found.documents == expected)
    #expect(found.own.map { $0 == nil } == own.map(\.isEmpty))
    for threads in [1, 3] {
      let other = try HardNegatives(
        queries: rows, documents: columns, relevance: relevance, options: options, memory: 1_000,
        workers: Workers(count: threads))
      #expect(other.documents == expected && other.similarities == found.similarities)
    }
  }

  /// Candidates that no Float32 product can tell apart, after others that are certainly too
  /// similar.
  @Test(arguments: [0, 3, 99, 120]) func tooManyCopies(_ skip: Int) throws {
    let rows = try Matrix([[1, 0]])
    let columns = try Matrix((0..<300).map { $0 % 3 == 0 ? [2, 0] : [1, 1.75] })
    let options = HardNegatives.Options(candidates: 150, skipTop: skip)
    let found = try HardNegatives(
      queries: rows, documents: columns,
      relevance: Relevance([.init(query: 0, document: 0)], queries: 1, documents: 300),
      options: options)
    let expected = Self.expected(rows, columns, own: [[0]], options)
    #expect(expected.allSatisfy { $0 >= 0 })
    #expect(found.documents == expected)
  }

  /// Copies tie exactly, and more of them than a pass keeps.
  @Test func tiesGoToTheLowerDocument() throws {
    let queries = try Matrix([[1, 0.5], [1, 0.5]])
    var rows = [[Float]](repeating: [1, 0.25], count: 300)
    rows[0] = [1, 0.5]
    rows[200] = [1, 0.6]
    let options = HardNegatives.Options(candidates: 5, below: 1)
    let found = try HardNegatives(
      queries: queries, documents: Matrix(rows),
      relevance: Relevance(
        [.init(query: 0, document: 0), .init(query: 1, document: 200)], queries: 2, documents: 300),
      options: options)
    #expect(found.documents(of: 0) == [200, 1, 2, 3])
    #expect(found.documents(of: 1) == [1, 2, 3])
  }

  /// Below a negative similarity p the limit is p − (1 − below) · |p|.
  @Test func limitsBesideANegativeSimilarity() throws {
    let documents = try Matrix([[-1, 1], [-1, 0.96], [-1, 0.8], [-1, 0]])
    let options = HardNegatives.Options(below: 0.9)
    let found = try HardNegatives(
      queries: Matrix([[1, 0]]), documents: documents,
      relevance: Relevance([.init(query: 0, document: 0)], queries: 1, documents: 4),
      options: options)
    #expect(found.documents(of: 0) == [2, 3])
    #expect(found.documents.count == 8 && found.documents[2...].allSatisfy { $0 == -1 })
    let fewer = try HardNegatives(
      queries: Matrix([[1, 0]]), documents: documents,
      relevance: Relevance([.init(query: 0, document: 0)], queries: 1, documents: 4),
      options: .init(below: 0.9, margin: 0.1, maxSimilarity: -0.8, minSimilarity: -0.99))
    #expect(fewer.documents(of: 0).isEmpty)
  }

  @Test func evidenceIsTheAuditsConfidence() throws {
    let documents = try DuplicatesTests.rows(120, 5)
    let found = try HardNegatives(queries: documents, documents: documents)
    let audit = try NegativeAudit(neighbors: [20], clusters: [4, 8])
    let evidence = try found.evidence(audit, documents: documents)
    let candidates = try audit.run(documents).candidates
    let confidence = candidates.values(of: .confidence)
    #expect(evidence.count == 120 * 8)
    for query in 0..<120 {
      for (place, document) in found.documents(of: query).enumerated() {
        let known = candidates.places(of: query).first {
          Int(candidates.columns[$0]) == document
        }
        #expect(evidence[query * 8 + place] == known.map { confidence[$0] } ?? 0)
      }
    }
  }

  @Test func refusesByName() throws {
    let rows = try TestData.matrix(4, 3, seed: 1)
    for (name, options) in [
      ("per-query", .init(perQuery: 0)), ("candidates", .init(candidates: 0)),
      ("skip-top", .init(skipTop: -1)), ("below", .init(below: -0.1)),
      ("margin", .init(margin: .nan)),
    ] as [(String, HardNegatives.Options)] {
      #expect {
        try HardNegatives(queries: rows, documents: rows, options: options)
      } throws: {
        if case ContrastiveError.parameter(let found, _, _) = $0 { found == name } else { false }
      }
    }
    #expect(throws: ContrastiveError.self) {
      try HardNegatives(queries: rows, documents: rows.rows(at: 0..<3))
    }
    #expect(throws: ContrastiveError.self) {
      try HardNegatives(queries: rows, documents: Matrix(zeros: 4, by: 2))
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "pairs", position: 0, found: "document 4",
        expected: "0 ..< 4, the rows of the documents")
    ) { try Relevance([.init(query: 0, document: 4)], queries: 4, documents: 4) }
    #expect(throws: ContrastiveError.empty(argument: "pairs")) {
      try Relevance([], queries: 4, documents: 4)
    }
  }
}
