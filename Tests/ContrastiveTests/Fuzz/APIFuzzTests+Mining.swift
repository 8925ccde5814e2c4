import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let mining: [(String, Call)] = [
    (
      "HardNegatives",
      { draw in
        let (queries, documents) = try draw.twoSets()
        var options = HardNegatives.Options()
        options.perQuery = draw.count()
        options.candidates = draw.count()
        options.below = draw.number()
        options.skipTop = draw.random.element(of: [0, 0, 1, 40, .max, -1])
        if draw.bool() { options.margin = draw.number() }
        if draw.bool() { options.maxSimilarity = draw.number() }
        let mined = try HardNegatives(
          queries: queries, documents: documents,
          relevance: draw.relevance(queries.rows, documents.rows), options: options,
          memory: draw.bool() ? nil : draw.count(), workers: draw.workers)
        for query in 0..<queries.rows { _ = mined.documents(of: query) }
      }
    ),
    (
      "PairRanks",
      { draw in
        let (queries, documents) = try draw.twoSets()
        let ranks = try PairRanks(
          of: zip(draw.integers(4, below: queries.rows), draw.integers(4, below: documents.rows))
            .map { ($0, $1) },
          queries: queries, documents: documents, depth: draw.count(), isOneSet: draw.bool(),
          workers: draw.workers)
        for value in [try ranks.recall(at: 1), try ranks.mrr(at: 1), try ranks.ndcg(at: 1)]
        where !value.isFinite {
          throw NotFinite()
        }
      }
    ),
    (
      "RetrievalScores",
      { draw in
        let (queries, documents) = try draw.twoSets()
        let cutoffs = (0..<draw.random.index(below: 4)).map { _ in draw.count() }
        let scores = try RetrievalScores(
          queries: queries, documents: documents,
          relevance: draw.relevance(queries.rows, documents.rows), cutoffs: cutoffs,
          gain: draw.bool() ? .exponential : .linear, workers: draw.workers)
        for measure in RetrievalScores.Measure.allCases {
          for k in cutoffs where !scores.mean(measure, at: k).isFinite { throw NotFinite() }
        }
      }
    ),
    (
      "Relevance",
      { draw in
        _ = try Relevance(
          [Relevance.Judgment(query: draw.count(), document: draw.count(), grade: draw.count())],
          queries: draw.count(), documents: draw.count())
        _ = try Relevance(rowByRow: draw.count(), documents: draw.count())
      }
    ),
    (
      "PairTerms",
      { draw in
        _ = try PairTerms(rows: draw.count(), columns: draw.count(), pairs: [])
        _ = try PairTerms(rows: draw.count(), columns: 3, suspects: [], policy: .exclude)
      }
    ),
    (
      "Duplicates",
      { draw in
        _ = try Duplicates(
          of: draw.matrix(), threshold: draw.number(), workers: draw.workers)
      }
    ),
  ]
}

extension APIFuzzTests.Draw {
  /// Queries and documents, most often of one dimension.
  fileprivate mutating func twoSets() throws -> (Matrix, Matrix) {
    let queries = try matrix()
    return (queries, try matrix(nil, random.happens(0.9) ? queries.columns : nil))
  }

  /// Judgments of some rows, or none.
  fileprivate mutating func relevance(_ queries: Int, _ documents: Int) throws -> Relevance? {
    guard bool() else { return nil }
    let judgments = zip(integers(6, below: queries), integers(6, below: documents)).map {
      Relevance.Judgment(query: $0, document: $1, grade: count() % 3_000)
    }
    return try Relevance(judgments, queries: queries, documents: documents)
  }
}
