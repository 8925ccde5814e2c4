import Contrastive

/// `sce`: queries [N,D], keys [N,D], bank [K,D] (optional).
package struct SCECall: ObjectiveCall {
  package static let method = "sce"

  private let objective: SCE

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    let temperature = try options.number("temperature", default: 0.1)
    let targetTemperature = try options.number("target-temperature", default: 0.05)
    let lambda = try options.number("lambda", default: 0.5)
    objective = try SCE(
      temperature: temperature, targetTemperature: targetTemperature, lambda: lambda,
      positiveInTargets: options.choice("self", default: .exclude))
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SCE> {
    try objective.evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      bank: inputs.embeddingsIfPresent("bank"), gradients: gradients, workers: workers)
  }
}
