import Contrastive

/// `protonce`: queries, keys, bank, and clusterings by number.
package struct ProtoNCECall: ObjectiveCall {
  package static let method = "protonce"

  private let temperature: Double
  private let duplicates: Duplicates
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.2)
    duplicates = try options.choice("duplicates", default: .mask)
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
