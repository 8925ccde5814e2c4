/// Hard negatives: for each query the documents that are most similar to it and not its own.
///
/// Among the `candidates` documents of the largest cosine with a query, its own among them, those
/// are its negatives that are not its own, nor one of the `skipTop` most similar others, and whose
/// cosine s is below what its most similar own document, of cosine p, allows:
/// ```
/// s < p − (1 − below) · |p|        for p ≥ 0 that is below · p
/// s < p − margin
/// minSimilarity ≤ s ≤ maxSimilarity
/// ```
/// The most similar come first, ties go to the lower document. All cosines that decide are in
/// Double. What is too similar is probably a document that answers the query, too: a false negative
/// (Moreira et al., "NV-Retriever: Improving text embedding models with effective hard-negative
/// mining", 2024, has 0.95 of the positive's similarity as the limit).
///
/// Complexity: 2 · queries · documents · D floating-point operations, and 2 · D in Double for each
/// candidate that may be allowed, up to the last negative. Memory beyond the inputs and the result:
/// 6 · D bytes a document, or what `memory` says, and 24 · (candidates + 35) + 4 · D bytes for each
/// of 8,192 queries.
public struct HardNegatives: Sendable {
  /// What is taken.
  public struct Options: Sendable, Equatable {
    /// Negatives of each query.
    package var perQuery: Int
    /// Documents looked at for each query, its own included.
    package var candidates: Int
    /// Share of the own document's similarity that a negative stays below.
    package var below: Double
    /// The most similar documents passed over.
    package var skipTop: Int
    /// How far below the own document's similarity a negative stays.
    package var margin: Double?
    /// The largest similarity of a negative.
    package var maxSimilarity: Double?
    /// The smallest similarity of a negative.
    package var minSimilarity: Double?

    /// What is taken.
    ///
    /// Without more, 8 of 100 candidates below 0.95 of the own document's similarity. Ranges are
    /// checked where negatives are mined.
    ///
    /// - Parameters:
    ///   - perQuery: negatives of each query, at least 1.
    ///   - candidates: documents looked at for each query, its own included; at least 1.
    ///   - below: share of the own document's similarity that a negative stays below; 0 … 10.
    ///   - skipTop: the most similar documents passed over.
    ///   - margin: how far below the own document's similarity a negative stays.
    ///   - maxSimilarity: the largest similarity of a negative.
    ///   - minSimilarity: the smallest similarity of a negative.
    public init(
      perQuery: Int = 8, candidates: Int = 100, below: Double = 0.95, skipTop: Int = 0,
      margin: Double? = nil, maxSimilarity: Double? = nil, minSimilarity: Double? = nil
    ) {
      self.perQuery = perQuery
      self.candidates = candidates
      self.below = below
      self.skipTop = skipTop
      self.margin = margin
      self.maxSimilarity = maxSimilarity
      self.minSimilarity = minSimilarity
    }

    /// Checks the ranges.
    ///
    /// - Throws: `ContrastiveError.parameter`.
    package func validate() throws(ContrastiveError) {
      for (name, value, least) in [
        ("per-query", perQuery, 1), ("candidates", candidates, 1), ("skip-top", skipTop, 0),
      ] where value < least {
        throw .parameter(name: name, found: "\(value)", expected: "at least \(least)")
      }
      try requireParameter(0...10 ~= below, "below", below, "0 … 10")
      for (name, value) in [
        ("margin", margin), ("max-similarity", maxSimilarity), ("min-similarity", minSimilarity),
      ] {
        try requireParameter(value?.isFinite ?? true, name, value ?? 0, "a finite number")
      }
    }

    /// Whether a similarity is allowed beside the own document's.
    func allows(_ similarity: Double, own: Double) -> Bool {
      similarity < below(own) && (margin.map { similarity < own - $0 } ?? true)
        && (maxSimilarity.map { similarity <= $0 } ?? true)
        && (minSimilarity.map { similarity >= $0 } ?? true)
    }

    /// Nothing above it is allowed beside the own document's similarity.
    func most(own: Double) -> Double {
      min(below(own), margin.map { own - $0 } ?? .infinity, maxSimilarity ?? .infinity)
    }

    private func below(_ own: Double) -> Double {
      own >= 0 ? below * own : own - (1 - below) * -own
    }
  }

  /// Number of queries.
  package let queries: Int
  /// Negatives of each query.
  package let perQuery: Int
  /// [queries × perQuery] row-major, the most similar first: documents, −1 where there are too few.
  public let documents: [Int32]
  /// [queries × perQuery]: their cosines with the query, rounded to Float32; 0 where there are
  /// none.
  public let similarities: [Float]
  /// The cosine of each query with its most similar own document; nil where it has none.
  package let own: [Double?]

  /// Mines negatives.
  ///
  /// - Parameters:
  ///   - queries: [N × D], none of them zeros; of any length.
  ///   - documents: [M × D].
  ///   - relevance: which documents are a query's own; nil where row i belongs to row i.
  ///   - options: what is taken.
  ///   - memory: most bytes of the documents' unit rows and their codes; nil for all of them. No
  ///     effect on the result.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.parameter`, `.empty`, `.shape`, `.nonFinite`, `.zeroNorm`,
  ///   `.canceled`.
  public init(
    queries: Matrix, documents: Matrix, relevance: Relevance? = nil, options: Options = Options(),
    memory: Int? = nil, workers: Workers = .all
  ) throws(ContrastiveError) {
    try options.validate()
    try Operand("documents", documents).requireDimension(of: Operand("queries", queries))
    let rows = try CosineRows(queries, argument: "queries", workers: workers)
    let columns = try CosineRows(documents, argument: "documents", workers: workers)
    let relevance = try Relevance(relevance, queries: queries.rows, documents: documents.rows)
    let search = NearestCosines(
      rows: rows, columns: columns, k: min(options.candidates, documents.rows), memory: memory,
      workers: workers)
    let perQuery = options.perQuery
    let (count, overflow) = queries.rows.multipliedReportingOverflow(by: perQuery)
    try requireParameter(
      !overflow && MachineMemory.holds(count, times: 8), "per-query", perQuery,
      "negatives that fit in memory")
    var found = [Int32](repeating: -1, count: count)
    var similarities = [Float](repeating: 0, count: count)
    let own = CosinePairs.with(rows, columns) { cosines in
      workers.map(queries.rows, runs: 256) { query in
        relevance.documents(of: query).map { cosines.cosine(query, $0) }.max()
      }
    }
    try found.withMutableSharedMemory { found throws(ContrastiveError) in
      try similarities.withMutableSharedMemory { similarities throws(ContrastiveError) in
        try search.forEach(filling: found, similarities, perRow: perQuery, workers: workers) {
          query, nearest in
          guard let limit = own[query] else { return }
          let mine = relevance.documents(of: query)
          var (others, place) = (0, 0)
          while let column = nearest.next(above: options.most(own: limit)) {
            if !mine.contains(column) { others += 1 }
          }
          while place < perQuery, let near = nearest.next() {
            if mine.contains(near.column) { continue }
            others += 1
            guard others > options.skipTop, options.allows(near.cosine, own: limit) else {
              continue
            }
            found[query * perQuery + place] = Int32(near.column)
            similarities[query * perQuery + place] = Float(near.cosine)
            place += 1
          }
        }
      }
    }
    self.queries = queries.rows
    self.perQuery = perQuery
    self.documents = found
    self.similarities = similarities
    self.own = own
  }

  /// The negatives of a query, the most similar first.
  public func documents(of query: Int) -> [Int] {
    documents[(query * perQuery)..<((query + 1) * perQuery)].prefix { $0 >= 0 }.map(Int.init)
  }

  /// How likely each negative is a false one, [queries × perQuery], by an audit of the documents.
  ///
  /// The audit's confidence that the negative shows the same thing as the query's own document, the
  /// largest over its own documents; 0 for a negative that is not among the candidates of any.
  ///
  /// Complexity: that of `NegativeAudit.run` on the documents.
  ///
  /// - Parameters:
  ///   - audit: how the documents are audited.
  ///   - documents: those that were mined.
  ///   - relevance: the same as in mining.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the evidence.
  /// - Throws: `ContrastiveError` as the audit.
  package func evidence(
    _ audit: NegativeAudit, documents: Matrix, relevance: Relevance? = nil,
    workers: Workers = .all
  ) throws(ContrastiveError) -> [Float] {
    let relevance = try Relevance(relevance, queries: queries, documents: documents.rows)
    let result = try audit.run(documents, workers: workers)
    let candidates = result.candidates
    let confidence = candidates.values(of: .confidence)
    return (0..<queries).flatMap { query in
      var known: [Int32: Float] = [:]
      for own in relevance.documents(of: query) {
        for place in candidates.places(of: own) {
          known[candidates.columns[place]] = max(
            known[candidates.columns[place]] ?? 0, confidence[place])
        }
      }
      return self.documents[(query * perQuery)..<((query + 1) * perQuery)].map { known[$0] ?? 0 }
    }
  }
}
