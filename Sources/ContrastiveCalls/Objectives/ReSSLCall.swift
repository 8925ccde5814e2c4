import Contrastive

/// `ressl`.
package struct ReSSLCall: ObjectiveCall {
  package static let method = "ressl"
  package static let summary = "ReSSL: relate to the bank as the key does."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D]. Gradients: queries.
    """

  private let temperature: Double
  private let targetTemperature: Double

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number(
      "temperature", default: 0.1, "Divides the queries' similarities.")
    targetTemperature = try options.number(
      "target-temperature", default: 0.04, "Divides the keys' similarities.")
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<ReSSL> {
    try ReSSL(temperature: temperature, targetTemperature: targetTemperature).evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      bank: inputs.embeddings("bank"), gradients: gradients, workers: workers)
  }
}
