import Contrastive

/// `siglip`: queries [N,D], keys [N,D].
package struct SigLIPCall: ObjectiveCall {
  package static let method = "siglip"

  private let temperature: Double
  private let bias: Double

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1)
    bias = try options.number("bias", default: -10)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<SigLIP.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SigLIP> {
    try SigLIP(temperature: temperature, bias: bias).evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      gradients: gradients, workers: workers)
  }
}
