import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss siglip`.
package struct SigLIPLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "siglip",
    abstract: "SigLIP: a sigmoid for every pair, with a temperature and a bias.",
    discussion: """
      Tensors: queries [N,D], keys [N,D]. Gradients: queries, keys (default), temperature, bias.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Temperature of the logits.")
  package var temperature: Double = 0.1

  @Option(help: "Added to the logits.")
  package var bias: Double = -10

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature), "bias": .number(bias)]
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<SigLIP.Variable>, workers: Workers
  ) throws -> Evaluation<SigLIP> {
    try SigLIP(temperature: temperature, bias: bias).evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      gradients: gradients, workers: workers)
  }
}
