import Contrastive

/// `infonce`.
package struct InfoNCECall: ObjectiveCall {
  package static let method = "infonce"
  package static let summary = "InfoNCE: own key and bank, in-batch, or in-batch symmetric."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the negatives are the \
    other keys). Gradients: queries (default), keys, bank, temperature.
    """
  package static let defaultGradients: Set<InfoNCE.Variable> = [.queries]

  private let temperature: Double
  private let symmetric: Bool
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.07, "Softmax temperature.")
    symmetric = try options.flag("symmetric", "The mean of both directions (without a bank only).")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<InfoNCE.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InfoNCE> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddingsIfPresent("bank")
    let negatives = try negatives.value(
      &inputs, rows: queries.rows, columns: bank?.rows ?? queries.rows)
    return try InfoNCE(
      temperature: temperature, symmetric: symmetric, negatives: negatives
    ).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank, gradients: gradients,
      workers: workers)
  }
}
