import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss siglip`.
package struct SigLIPLoss: LossMethod {
  package typealias Call = SigLIPCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "SigLIP: a sigmoid for every pair, with a temperature and a bias.",
    discussion: """
      Tensors: queries [N,D], keys [N,D]. Gradients: queries, keys (default), temperature, bias.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Temperature of the logits.")
  package var temperature: Double = 0.1

  @Option(help: "Added to the logits.")
  package var bias: Double = -10

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature), "bias": .number(bias)]
  }
}
