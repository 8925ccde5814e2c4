import Contrastive
import Testing
import _TestSupport

/// `RetrievalScores` against pytrec_eval 0.5 (trec_eval 9), scikit-learn 1.9 and ranx 0.3.
@Suite struct RetrievalScoresTests {
  static let queries: [[Float]] = [
    [3, 6, -9, 6], [-1, 0, 2, -4], [9, -8, -4, -2], [1, -2, -7, -9], [-9, -9, -7, 9],
    [-6, 3, 5, -5],
  ]
  /// Document 9 is a copy of document 4.
  static let documents: [[Float]] = [
    [-4, -1, -4, 9], [-6, 8, 6, 7], [-7, -2, 2, 0], [3, 3, 3, -8], [9, 1, 8, -4], [-3, 7, -6, -8],
    [-2, 3, -7, 7], [-3, -5, 1, 8], [7, 7, -4, -9], [9, 1, 8, -4], [-9, 0, -3, -1], [8, -6, 1, -3],
    [-4, 6, -7, -3], [-7, -7, -4, 4],
  ]
  static let judgments: [(Int, Int, Int)] = [
    (0, 2, 3), (0, 4, 2), (0, 5, 2), (0, 10, 1), (0, 11, 2), (1, 0, 3), (1, 2, 1), (1, 4, 1),
    (1, 9, 3), (1, 11, 3), (2, 2, 2), (2, 3, 0), (2, 4, 2), (2, 6, 3), (2, 12, 2), (4, 2, 2),
    (4, 4, 3), (4, 5, 2), (4, 6, 3), (4, 11, 1), (5, 0, 1), (5, 2, 0), (5, 3, 2), (5, 8, 0),
    (5, 13, 2),
  ]

  static func scores(gain: RetrievalScores.Gain = .linear) throws -> RetrievalScores {
    try RetrievalScores(
      queries: Matrix(queries), documents: Matrix(documents),
      relevance: Relevance(
        judgments.map { Relevance.Judgment(query: $0.0, document: $0.1, grade: $0.2) }, queries: 6,
        documents: 14),
      cutoffs: [10, 1, 3, 14], gain: gain)
  }

  /// 2^1100 is beyond Double, a share of it is not.
  @Test func highGradesStayFinite() throws {
    func ndcg(_ grades: (Int, Int)) throws -> Double {
      try RetrievalScores(
        queries: Matrix([[1, 0]]), documents: Matrix([[1, 0.1], [1, 0.2], [1, 0]]),
        relevance: Relevance(
          [
            Relevance.Judgment(query: 0, document: 0, grade: grades.0),
            Relevance.Judgment(query: 0, document: 1, grade: grades.1),
          ], queries: 1, documents: 3),
        cutoffs: [3], gain: .exponential
      ).mean(.ndcg, at: 3)
    }
    // 5e-16: 2^-40 of the gain is lost by neither.
    #expect(try abs(ndcg((1_060, 1_100)) - ndcg((60, 100))) <= 1e-15)
    #expect(try ndcg((.init(Int32.max), 3)) > 0.6)
  }

  @Test func numbersOfRowsAreChecked() throws {
    for count in [-1, Int.max, .min] {
      for (queries, documents) in [(count, 3), (3, count), (count, count)] {
        #expect(throws: ContrastiveError.self) {
          try Relevance(
            [Relevance.Judgment(query: 0, document: 0)], queries: queries, documents: documents)
        }
        #expect(throws: ContrastiveError.self) {
          try Relevance(rowByRow: queries, documents: documents)
        }
      }
    }
  }

  /// pytrec_eval's recall, P, map_cut, ndcg_cut and recip_rank.
  @Test(
    arguments: [
      (.recall, 1, [0, 0, 0, 0, 0]), (.recall, 3, [0, 0.2, 0.25, 0, 0.333333333333333]),
      (.recall, 10, [0.6, 0.8, 0.5, 0.8, 0.666666666666667]), (.precision, 1, [0, 0, 0, 0, 0]),
      (.precision, 3, [0, 0.333333333333333, 0.333333333333333, 0, 0.333333333333333]),
      (.precision, 10, [0.3, 0.4, 0.2, 0.4, 0.2]), (.map, 1, [0, 0, 0, 0, 0]),
      (.map, 3, [0, 0.066666666666667, 0.125, 0, 0.166666666666667]),
      (
        .map, 10,
        [0.144444444444444, 0.366666666666667, 0.1875, 0.263333333333333, 0.233333333333333]
      ), (.ndcg, 1, [0, 0, 0, 0, 0]),
      (.ndcg, 3, [0, 0.078213121003793, 0.239812466568131, 0, 0.33543504342651]),
      (
        .ndcg, 10,
        [
          0.253893801899275, 0.429194832044835, 0.360636527482483, 0.403809780345223,
          0.489116926425607,
        ]
      ), (.mrr, 14, [0.2, 0.333333333333333, 0.5, 0.25, 0.5]),
    ] as [(RetrievalScores.Measure, Int, [Double])])
  func areThoseOfTrecEval(
    _ measure: RetrievalScores.Measure, _ k: Int, _ expected: [Double]
  ) throws {
    let scores = try Self.scores()
    #expect(scores.queries == [0, 1, 2, 4, 5] && scores.withoutRelevant == 1)
    for (found, expected) in zip(scores.perQuery(measure, at: k), expected) {
      #expect(abs(found - expected) <= 1e-15)  // 5e-16: the numbers have 15 digits
    }
    let mean = expected.reduce(0, +) / 5
    #expect(abs(scores.mean(measure, at: k) - mean) <= 1e-15)
  }

  /// ranx's ndcg_burges, which is scikit-learn's ndcg_score of gains 2^g − 1.
  @Test func exponentialGainsAreThoseOfRanx() throws {
    let scores = try Self.scores(gain: .exponential)
    expectClose(
      scores.perQuery(.ndcg, at: 10),
      [
        0.19291304022013, 0.386372358456035, 0.350971925286187, 0.359810986227478,
        0.511791506442517,
      ],
      within: 1e-14)
    expectClose(
      scores.perQuery(.ndcg, at: 3),
      [0, 0.033519909001625, 0.182125242149312, 0, 0.350985208063487], within: 1e-14)
  }

  @Test func sameBitsInAnyMemoryAndThreads() throws {
    let queries = try TestData.matrix(700, 9, seed: 1)
    let documents = try TestData.matrix(900, 9, seed: 2)
    let relevance = try Relevance(
      (0..<700).map { .init(query: $0, document: ($0 * 13) % 900) }, queries: 700, documents: 900)
    let one = try RetrievalScores(
      queries: queries, documents: documents, relevance: relevance, workers: .one)
    let other = try RetrievalScores(
      queries: queries, documents: documents, relevance: relevance, memory: 5_000,
      workers: Workers(count: 3))
    #expect(one.ranking == other.ranking && one.cosines == other.cosines)
  }

  @Test func refusesByName() throws {
    let rows = try TestData.matrix(4, 3, seed: 1)
    for cutoffs in [[], [0], [5, -1]] {
      #expect(throws: ContrastiveError.self) {
        try RetrievalScores(queries: rows, documents: rows, cutoffs: cutoffs)
      }
    }
    #expect(throws: ContrastiveError.empty(argument: "relevant documents")) {
      try RetrievalScores(
        queries: rows, documents: rows,
        relevance: Relevance(
          [.init(query: 0, document: 1, grade: 0)], queries: 4, documents: 4))
    }
  }
}

/// `QueryStatistics`.
@Suite struct QueryStatisticsTests {
  /// Of many normal numbers the interval is mean ± 1.96 standard errors.
  @Test func intervalsHoldTheMean() throws {
    let values = (0..<3_000).map { seed in
      (0..<12).reduce(-6.0) { sum, part in
        var random = CounterRandom(seed: UInt64(seed), stream: UInt64(part))
        return sum + Double(random.uniform())
      }
    }
    let found = try QueryStatistics(resamples: 4_000).intervals(of: [values])[0]
    let error = 1 / 3_000.0.squareRoot()
    // A quantile of 4,000 resamples is known within 0.04 standard errors, the deviation of 3,000
    // numbers within 0.013 of it: four of both. Worst seen: 0.1.
    #expect(abs(found.high - found.mean - 1.96 * error) < 0.2 * error)
    #expect(abs(found.mean - found.low - 1.96 * error) < 0.2 * error)
    let again = try QueryStatistics(resamples: 4_000).intervals(of: [values], workers: .one)[0]
    #expect(again == found)
  }

  @Test func testsDifferences() throws {
    let statistics = try QueryStatistics(resamples: 20_000)
    // All 2³ patterns: of those of +1, +2, +3 two are as far from 0 as 6.
    #expect(try statistics.pValue(of: [1, 2, 3]) == 0.25)
    #expect(try statistics.pValue(of: [1, -1, 0, 0]) == 1)
    #expect(try statistics.pValue(of: [0, 0]) == 1)
    // A sign test of 30 against 10, 0.0022 by the binomial distribution.
    let differences = (0..<40).map { $0 < 30 ? 1.0 : -1 }
    let p = try statistics.pValue(of: differences)
    #expect(abs(p - 0.0022) < 0.001)  // 0.0003
    #expect(try statistics.pValue(of: differences, workers: Workers(count: 3)) == p)
  }
}
