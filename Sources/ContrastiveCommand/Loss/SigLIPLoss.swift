import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss siglip`.
struct SigLIPLoss: LossMethod {
  typealias Call = SigLIPCall

  static let configuration = configured(
    "SigLIP: a sigmoid for every pair, with a temperature and a bias.",
    """
    Tensors: queries [N,D], keys [N,D]. Gradients: queries, keys (default), temperature, bias.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Temperature of the logits.")
  var temperature: Double = 0.1

  @Option(help: "Added to the logits.")
  var bias: Double = -10

  var options: [String: JSONValue] {
    ["temperature": .number(temperature), "bias": .number(bias)]
  }
}
