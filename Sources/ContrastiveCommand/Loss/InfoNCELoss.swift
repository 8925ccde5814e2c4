import ArgumentParser
import Contrastive

/// `contrastive loss infonce`.
struct InfoNCELoss: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "infonce",
    abstract: "InfoNCE: own key and bank, in-batch, or in-batch symmetric.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the negatives are the \
      other keys). Gradients: queries (default), keys, bank, temperature.
      """)

  @OptionGroup var files: LossFiles

  @Option(help: "Divides the similarities.")
  var temperature: Float = 0.07

  @Flag(help: "The mean of both directions (without a bank only).")
  var symmetric = false

  func run() throws {
    let objective = try InfoNCE(temperature: temperature, symmetric: symmetric)
    try files.run(
      objective, method: "infonce",
      parameters: ["temperature": .float(temperature), "symmetric": .flag(symmetric)]
    ) { inputs, wanted, workers in
      try objective.evaluate(
        queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
        bank: inputs.embeddingsIfPresent("bank"), gradients: wanted, workers: workers)
    }
  }
}
