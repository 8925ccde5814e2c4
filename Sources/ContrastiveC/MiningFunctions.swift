public import CContrastive
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// Near duplicates.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_duplicates(
  _ embeddings: UnsafePointer<contrastive_tensor>!, _ options: UnsafePointer<CChar>!,
  _ control: UnsafePointer<contrastive_control>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt {
    let search = try DuplicateSearch(options: objectOptions(options))
    let rows = try CallerTensor(required: embeddings, name: "embeddings").matrix
    let workers = try Workers(control)
    switch search {
    case .pairs(let threshold, let representative, let maxPairs):
      let (found, seconds) = try timed {
        try Duplicates(
          of: rows, threshold: threshold, keeping: representative, maxPairs: maxPairs,
          workers: workers)
      }
      ResultHandle(
        report: try JSONValue(
          encoding: DuplicatesSummary(found, threshold: threshold, seconds: seconds)),
        tensors: try DuplicatesSummary.tensors(found)
      ).handOut(to: result)
    case .semantic(let rule):
      let (found, seconds) = try timed { try rule.run(rows, workers: workers) }
      ResultHandle(
        report: try JSONValue(encoding: SemanticSummary(found, seconds: seconds)),
        tensors: SemanticSummary.tensors(found)
      ).handOut(to: result)
    }
  }
}

/// Hard negatives.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_mine(
  _ inputs: UnsafePointer<contrastive_tensor>!, _ input_count: Int,
  _ options: UnsafePointer<CChar>!, _ control: UnsafePointer<contrastive_control>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt(inputs, input_count, options, control, giving: result) { tensors, options, workers in
    let wanted = try MiningOptions(options: options)
    try tensors.requireOnly(["queries", "documents", "pairs"])
    let search = try SearchInputs(tensors)
    var evidence: [Float]?
    let (found, seconds) = try timed {
      let found = try HardNegatives(
        queries: search.queries, documents: search.documents, relevance: search.relevance,
        options: wanted.negatives, workers: workers)
      if wanted.hasEvidence {
        evidence = try found.evidence(
          candidates: wanted.negatives.candidates, seed: wanted.seed,
          documents: search.documents, relevance: search.relevance, workers: workers)
      }
      return found
    }
    let summary = MiningSummary(found, documents: search.documents.rows, seconds: seconds)
    return ResultHandle(
      report: try JSONValue(encoding: summary),
      tensors: try MiningSummary.tensors(found, evidence: evidence))
  }
}

/// How well a search finds what belongs to its queries.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_score(
  _ inputs: UnsafePointer<contrastive_tensor>!, _ input_count: Int,
  _ options: UnsafePointer<CChar>!, _ control: UnsafePointer<contrastive_control>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt(inputs, input_count, options, control, giving: result) { tensors, options, workers in
    let wanted = try ScoreOptions(options: options)
    try tensors.requireOnly([
      "queries", "documents", "pairs", "against-queries", "against-documents",
    ])
    let search = try SearchInputs(tensors)
    let otherQueries = try tensors.matrix("against-queries")
    let otherDocuments = try tensors.matrix("against-documents")
    guard otherQueries != nil || otherDocuments == nil else {
      throw TensorFailure(
        argument: "against-documents", problem: "found one without against-queries")
    }
    if let otherQueries {
      try RetrievalScores.requireSameRows(
        otherQueries, "against-queries", as: search.queries, "queries")
    }
    if let otherDocuments {
      try RetrievalScores.requireSameRows(
        otherDocuments, "against-documents", as: search.documents, "documents")
    }
    func scores(
      _ queries: Matrix, _ documents: Matrix, named names: [String: String] = [:]
    ) throws(ContrastiveError) -> RetrievalScores {
      do throws(ContrastiveError) {
        return try RetrievalScores(
          queries: queries, documents: documents, relevance: search.relevance,
          cutoffs: wanted.cutoffs, gain: wanted.gain, workers: workers)
      } catch {
        throw error.naming(names)
      }
    }
    let first = try scores(search.queries, search.documents)
    var names = ["queries": "against-queries"]
    if otherDocuments != nil { names["documents"] = "against-documents" }
    let second = try otherQueries.map { queries in
      try scores(queries, otherDocuments ?? search.documents, named: names)
    }
    let summary = try ScoreSummary(
      first, against: second, statistics: wanted.statistics, workers: workers)
    return ResultHandle(report: try JSONValue(encoding: summary), tensors: first.tensors)
  }
}

/// Queries, documents, and which belong together.
private struct SearchInputs {
  let queries: Matrix
  let documents: Matrix
  let relevance: Relevance?

  init(_ tensors: CallerTensors) throws {
    let (queries, documents) = try (tensors.required("queries"), tensors.required("documents"))
    relevance = try tensors.optional("pairs").map { pairs in
      try Relevance(
        Relevance.Judgment.all(in: pairs.tensor(), argument: "pairs"), queries: queries.rows,
        documents: documents.rows)
    }
    (self.queries, self.documents) = (queries, documents)
  }
}

/// The options of `contrastive duplicates`.
private enum DuplicateSearch {
  case pairs(threshold: Double, keeping: Duplicates.Representative, maxPairs: Int)
  case semantic(SemanticDeduplication)

  init(options given: [String: JSONValue]) throws(ContrastiveError) {
    var options = CallOptions(given)
    if let fraction = try options.number("keep-fraction") {
      self = .semantic(
        try SemanticDeduplication(
          keepFraction: fraction, clusters: options.integer("clusters"),
          seed: options.seed("seed")))
    } else {
      let threshold = try options.number("threshold", default: 0.95)
      try Duplicates.require(threshold)
      let maxPairs = try options.integer("max-pairs", default: 1 << 28)
      guard maxPairs >= 0 else {
        throw .parameter(name: "max-pairs", found: "\(maxPairs)", expected: "0 or more")
      }
      self = .pairs(
        threshold: threshold, keeping: try options.choice("keep", default: .first),
        maxPairs: maxPairs)
    }
    try options.requireAllKnown(by: "duplicates")
  }
}

/// The options of `contrastive mine`.
private struct MiningOptions {
  let negatives: HardNegatives.Options
  let hasEvidence: Bool
  let seed: UInt64

  init(options given: [String: JSONValue]) throws(ContrastiveError) {
    var options = CallOptions(given)
    let standard = HardNegatives.Options()
    negatives = HardNegatives.Options(
      perQuery: try options.integer("per-query", default: standard.perQuery),
      candidates: try options.integer("candidates", default: standard.candidates),
      below: try options.number("below", default: standard.below),
      skipTop: try options.integer("skip-top", default: standard.skipTop),
      margin: try options.number("margin"),
      maxSimilarity: try options.number("max-similarity"),
      minSimilarity: try options.number("min-similarity"))
    hasEvidence = try options.flag("evidence")
    seed = try options.seed("seed")
    try options.requireAllKnown(by: "mine")
    try negatives.validate()
  }
}

/// The options of `contrastive score`.
private struct ScoreOptions {
  let cutoffs: [Int]
  let gain: RetrievalScores.Gain
  let statistics: QueryStatistics

  init(options given: [String: JSONValue]) throws(ContrastiveError) {
    var options = CallOptions(given)
    cutoffs = try options.counts("k") ?? [1, 5, 10, 100]
    gain = try options.choice("gain", default: .linear)
    statistics = try QueryStatistics(
      resamples: options.integer("resamples", default: 2_000),
      confidence: options.number("confidence", default: 0.95), seed: options.seed("seed"))
    try options.requireAllKnown(by: "score")
  }
}
