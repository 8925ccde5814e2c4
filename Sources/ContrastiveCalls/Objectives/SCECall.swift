import Contrastive

/// `sce`.
package struct SCECall: ObjectiveCall {
  package static let method = "sce"
  package static let summary = "SCE: find the own key and keep the key's relations to the others."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the columns are all \
    keys). Gradients: queries (default), temperature.
    """

  private let objective: SCE

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    let temperature = try options.number(
      "temperature", default: 0.1, "Divides the queries' similarities.")
    let targetTemperature = try options.number(
      "target-temperature", default: 0.05, "Divides the keys' similarities.")
    let lambda = try options.number(
      "lambda", default: 0.5, "Target of the positive; the rest follows the key's similarities.")
    objective = try SCE(
      temperature: temperature, targetTemperature: targetTemperature, lambda: lambda,
      positiveInTargets: options.choice(
        "self", default: .exclude, "The positive in the targets: exclude, or zero logit."))
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SCE> {
    try objective.evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      bank: inputs.embeddingsIfPresent("bank"), gradients: gradients, workers: workers)
  }
}
