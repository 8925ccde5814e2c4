/// How well a search by cosine finds the documents that belong to queries.
///
/// With the documents of a query in the order of their cosine, ties by the lower document, all in
/// Double; g_r the grade of the r-th, 0 where it is not judged or below 0; R the number of the
/// query's documents of a grade of at least 1; and hit_r whether g_r ≥ 1:
/// ```
/// recall@k     Σ_{r ≤ k} hit_r / R
/// precision@k  Σ_{r ≤ k} hit_r / k
/// mrr@k        1 / (the least r ≤ k with hit_r), 0 without one
/// map@k        Σ_{r ≤ k} hit_r · precision@r / R
/// ndcg@k       Σ_{r ≤ k} gain(g_r) / log2(r + 1), divided by the same of the best order there is
/// ```
/// as `trec_eval` has them (`ndcg_cut`, `map_cut`: gain(g) = g). Queries without a document of a
/// grade of at least 1 are not scored.
///
/// Complexity: 2 · queries · documents · D floating-point operations. Memory beyond the inputs and
/// the result: that of `HardNegatives` with as many candidates as the largest k.
public struct RetrievalScores: Sendable {
  /// What is measured of each query.
  public enum Measure: String, CaseIterable, Sendable {
    /// The share of the query's documents that are found.
    case recall
    /// The share of what is found that is the query's.
    case precision
    /// The reciprocal rank of the first of the query's documents.
    case mrr
    /// The average precision.
    case map
    /// The normalized discounted cumulative gain.
    case ndcg
  }

  /// What a grade is worth in `ndcg`.
  public enum Gain: String, CaseIterable, Sendable {
    /// g, as in `trec_eval` and scikit-learn.
    case linear
    /// 2^g − 1 (Burges et al. 2005).
    case exponential
  }

  /// The cutoffs k, ascending.
  package let cutoffs: [Int]
  /// The queries that are scored, ascending.
  public let queries: [Int]
  /// Number of queries without a relevant document.
  package let withoutRelevant: Int
  /// [measure][cutoff][scored query].
  private let values: [Measure: [[Double]]]
  /// [scored query × depth], −1 where there are fewer documents.
  package let ranking: [Int32]
  /// The cosines of the ranking.
  package let cosines: [Double]
  /// Documents ranked for each query.
  package let depth: Int

  /// Ranks the documents and scores each query.
  ///
  /// - Parameters:
  ///   - queries: [N × D], none of them zeros; of any length.
  ///   - documents: [M × D].
  ///   - relevance: which documents belong to which queries; nil where row i belongs to row i.
  ///   - cutoffs: the numbers k, at least one, each at least 1.
  ///   - gain: what a grade is worth in `ndcg`.
  ///   - memory: most bytes of the documents' unit rows and their codes; nil for all of them. No
  ///     effect on the result.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.parameter`, `.empty`, also where no query has a relevant
  ///   document, `.shape`, `.nonFinite`, `.zeroNorm`, `.canceled`.
  public init(
    queries: Matrix, documents: Matrix, relevance: Relevance? = nil,
    cutoffs: [Int] = [1, 5, 10, 100], gain: Gain = .linear, memory: Int? = nil,
    workers: Workers = .all
  ) throws(ContrastiveError) {
    guard let least = cutoffs.min(), let deepest = cutoffs.max(), least > 0 else {
      throw .parameter(name: "k", found: "\(cutoffs)", expected: "numbers of at least 1")
    }
    try Operand("documents", documents).requireDimension(of: Operand("queries", queries))
    let relevance = try Relevance(relevance, queries: queries.rows, documents: documents.rows)
    let scored = (0..<queries.rows).filter { !relevance.documents(of: $0).isEmpty }
    guard !scored.isEmpty else { throw .empty(argument: "relevant documents") }
    let isWhole = scored.count == queries.rows
    let rows = try CosineRows(
      isWhole ? queries : queries.rows(at: scored), argument: "queries", workers: workers)
    let columns = try CosineRows(documents, argument: "documents", workers: workers)
    let depth = min(deepest, documents.rows)
    let search = NearestCosines(
      rows: rows, columns: columns, k: depth, memory: memory, workers: workers)
    var ranking = [Int32](repeating: -1, count: scored.count * depth)
    var cosines = [Double](repeating: 0, count: ranking.count)
    try ranking.withMutableSharedMemory { ranking throws(ContrastiveError) in
      try cosines.withMutableSharedMemory { cosines throws(ContrastiveError) in
        try search.forEach(filling: ranking, cosines, perRow: depth, workers: workers) {
          row, nearest in
          var place = row * depth
          while let near = nearest.next() {
            ranking[place] = Int32(near.column)
            cosines[place] = near.cosine
            place += 1
          }
        }
      }
    }
    self.init(
      scored: scored, all: queries.rows, ranking: ranking, cosines: cosines, depth: depth,
      relevance: relevance, cutoffs: Set(cutoffs).sorted(), gain: gain)
  }

  private init(
    scored: [Int], all: Int, ranking: [Int32], cosines: [Double], depth: Int,
    relevance: Relevance, cutoffs: [Int], gain: Gain
  ) {
    queries = scored
    withoutRelevant = all - scored.count
    self.cutoffs = cutoffs
    self.ranking = ranking
    self.cosines = cosines
    self.depth = depth
    var values: [Measure: [[Double]]] = [:]
    for measure in Measure.allCases {
      values[measure] = [[Double]](
        repeating: [Double](repeating: 0, count: scored.count), count: cutoffs.count)
    }
    for (row, query) in scored.enumerated() {
      let grades = ranking[(row * depth)..<((row + 1) * depth)].map {
        max(0, relevance.grade(of: Int($0), for: query) ?? 0)
      }
      let scores = QueryScores(
        grades: grades, ideal: relevance.grades(of: query).map(Int.init), gain: gain)
      for (place, k) in cutoffs.enumerated() {
        for measure in Measure.allCases {
          values[measure]?[place][row] = scores.value(of: measure, at: k)
        }
      }
    }
    self.values = values
  }

  /// A measure of each scored query; empty for a cutoff that was not asked for.
  public func perQuery(_ measure: Measure, at k: Int) -> [Double] {
    cutoffs.firstIndex(of: k).flatMap { values[measure]?[$0] } ?? []
  }

  /// The mean of a measure over the scored queries; 0 for a cutoff that was not asked for.
  public func mean(_ measure: Measure, at k: Int) -> Double {
    let values = perQuery(measure, at: k)
    return values.reduce(0, +) / Double(max(1, values.count))
  }
}

/// The measures of one query.
private struct QueryScores {
  /// Of the documents in the order of their similarity, none below 0.
  let grades: [Int]
  /// Of all judged documents, the best first.
  let ideal: [Int]
  let gain: RetrievalScores.Gain
  private let relevant: Int

  init(grades: [Int], ideal: [Int], gain: RetrievalScores.Gain) {
    self.grades = grades
    self.ideal = ideal.filter { $0 > 0 }.sorted(by: >)
    self.gain = gain
    relevant = self.ideal.count
  }

  func value(of measure: RetrievalScores.Measure, at k: Int) -> Double {
    let top = grades.prefix(k)
    let hits = top.count { $0 > 0 }
    switch measure {
    case .recall: return Double(hits) / Double(relevant)
    case .precision: return Double(hits) / Double(k)
    case .mrr: return top.firstIndex { $0 > 0 }.map { 1 / Double($0 + 1) } ?? 0
    case .map:
      var (found, sum) = (0, 0.0)
      for (place, grade) in top.enumerated() where grade > 0 {
        found += 1
        sum += Double(found) / Double(place + 1)
      }
      return sum / Double(relevant)
    case .ndcg: return discounted(top) / discounted(ideal.prefix(k))
    }
  }

  private func discounted(_ grades: ArraySlice<Int>) -> Double {
    var sum = 0.0
    // In units of 2^best, so that no grade is beyond Double.
    let best = Double(ideal.first ?? 0)
    for (place, grade) in grades.enumerated() where grade > 0 {
      let worth =
        gain == .linear ? Double(grade) : power(2, Double(grade) - best) - power(2, -best)
      sum += worth * logarithm(2.0) / logarithm(Double(place + 2))
    }
    return sum
  }
}
