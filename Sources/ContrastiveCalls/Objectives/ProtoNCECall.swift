import Contrastive

/// `protonce`.
package struct ProtoNCECall: ObjectiveCall {
  package static let method = "protonce"
  package static let summary =
    "ProtoNCE (PCL): InfoNCE with a bank, and each query finds its prototype."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D], and for each clustering m = 0, 1, …: \
    centroids.m [k,D], concentrations.m [k], assignments.m I64 [N], negatives.m I64 [r]. \
    Gradients: queries (default). Reports selected.masked with --duplicates mask.
    """

  private let temperature: Double
  private let duplicates: Duplicates
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number(
      "temperature", default: 0.2, "Softmax temperature of the instance term.")
    duplicates = try options.choice(
      "duplicates", default: .mask,
      "Whether further columns with a row's own prototype are excluded (mask) or stay (keep).")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<ProtoNCE> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let negatives = try negatives.value(&inputs, rows: queries.rows, columns: bank.rows)
    return try ProtoNCE(
      temperature: temperature, masksDuplicates: duplicates == .mask, negatives: negatives
    ).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank,
      clusterings: inputs.prototypeTargets(), gradients: gradients, workers: workers)
  }

  /// What becomes of further columns with a row's own prototype.
  package enum Duplicates: String, CaseIterable, Sendable {
    case mask, keep
  }

  package static func selected(_ details: NegativeCounts) -> [String: Int] {
    details.named(excluded: "masked")
  }
}
