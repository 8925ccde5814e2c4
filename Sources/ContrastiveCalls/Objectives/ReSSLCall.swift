import Contrastive

/// `ressl`: queries [N,D], keys [N,D], bank [K,D].
package struct ReSSLCall: ObjectiveCall {
  package static let method = "ressl"

  private let temperature: Double
  private let targetTemperature: Double

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1)
    targetTemperature = try options.number("target-temperature", default: 0.04)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<ReSSL> {
    try ReSSL(temperature: temperature, targetTemperature: targetTemperature).evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      bank: inputs.embeddings("bank"), gradients: gradients, workers: workers)
  }
}
