import Contrastive

/// `siglip`.
package struct SigLIPCall: ObjectiveCall {
  package static let method = "siglip"
  package static let summary = "SigLIP: a sigmoid for every pair, with a temperature and a bias."
  package static let help = """
    Tensors: queries [N,D], keys [N,D]. Gradients: queries, keys (default), temperature, bias.
    """

  private let temperature: Double
  private let bias: Double

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1, "Temperature of the logits.")
    bias = try options.number("bias", default: -10, "Added to the logits.")
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<SigLIP.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SigLIP> {
    try SigLIP(temperature: temperature, bias: bias).evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      gradients: gradients, workers: workers)
  }
}
