import Contrastive
import ContrastiveTensors

/// What mining tells and gives, by names.
package struct MiningSummary: Encodable {
  package let queries: Int
  package let documents: Int
  package let negatives: Int
  package let complete: Int
  package let without: Int
  package let withoutPair: Int
  package let seconds: Double

  package enum CodingKeys: String, CodingKey {
    case queries, documents, negatives, complete, seconds
    case without = "without_negatives"
    case withoutPair = "without_pair"
  }

  package init(_ found: HardNegatives, documents: Int, seconds: Double) {
    let counts = (0..<found.queries).map { found.documents(of: $0).count }
    queries = found.queries
    self.documents = documents
    negatives = counts.reduce(0, +)
    complete = counts.count { $0 == found.perQuery }
    without = counts.count { $0 == 0 }
    withoutPair = found.own.count { $0 == nil }
    self.seconds = seconds
  }

  /// `negatives` I64, `similarities` F32 and where there is any `evidence` F32, all
  /// [queries, per-query].
  package static func tensors(
    _ found: HardNegatives, evidence: [Float]?
  ) throws(ContrastiveError) -> [String: Tensor] {
    let shape = [found.queries, found.perQuery]
    var tensors = [
      "negatives": try Tensor(shape: shape, elements: .int64(found.documents.map(Int64.init))),
      "similarities": try Tensor(shape: shape, elements: .float32(found.similarities)),
    ]
    if let evidence {
      tensors["evidence"] = try Tensor(shape: shape, elements: .float32(evidence))
    }
    return tensors
  }
}

extension HardNegatives {
  /// How likely each negative is a false one, by an audit of the documents with as many candidates.
  package func evidence(
    candidates: Int, seed: UInt64, documents: Matrix, relevance: Relevance?, workers: Workers
  ) throws(ContrastiveError) -> [Float] {
    guard documents.rows >= 2 else {
      throw .shape(
        argument: "documents", found: "[\(documents.rows) × \(documents.columns)]",
        expected: "two rows or more for evidence, which comes from neighbors")
    }
    let audit = try NegativeAudit(
      neighbors: [min(candidates, documents.rows - 1)],
      clusters: NegativeAudit.fittingClusters(documents), seed: seed)
    return try evidence(audit, documents: documents, relevance: relevance, workers: workers)
  }
}

extension Relevance.Judgment {
  /// The pairs that are relevant, which have a grade of at least 1.
  ///
  /// - Throws: `ContrastiveError.empty` where none is.
  package static func pairs(
    of judgments: [Relevance.Judgment], argument: String
  ) throws(ContrastiveError) -> [(query: Int, document: Int)] {
    let relevant = judgments.filter { $0.grade >= 1 }
    guard judgments.isEmpty || !relevant.isEmpty else {
      throw .parameter(
        name: argument, found: "no pair of a grade of at least 1", expected: "one or more")
    }
    return relevant.map { ($0.query, $0.document) }
  }

  /// Judgments of whole numbers [n,2], query and document, or [n,3] with a grade.
  ///
  /// - Throws: `ContrastiveError`: `.shape`, `.elementType`, `.index`.
  package static func all(
    in tensor: Tensor, argument: String
  ) throws(ContrastiveError) -> [Relevance.Judgment] {
    guard tensor.shape.count == 2, 2...3 ~= tensor.shape[1] else {
      throw .shape(
        argument: argument, found: tensor.summary,
        expected: "[pairs × 2], query and document, or [pairs × 3] with a grade")
    }
    let width = tensor.shape[1]
    let flat = try Tensor(shape: [tensor.elements.count], elements: tensor.elements)
      .int64s(argument: argument).map(Int.init)
    return stride(from: 0, to: flat.count, by: width).map { place in
      Relevance.Judgment(
        query: flat[place], document: flat[place + 1], grade: width == 3 ? flat[place + 2] : 1)
    }
  }
}
