import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss infonce`.
package struct InfoNCELoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "infonce",
    abstract: "InfoNCE: own key and bank, in-batch, or in-batch symmetric.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the negatives are the \
      other keys). Gradients: queries (default), keys, bank, temperature.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Flag(help: "The mean of both directions (without a bank only).")
  package var symmetric = false

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature), "symmetric": .flag(symmetric)].merging(
      negatives.parameters
    ) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<InfoNCE.Variable>, workers: Workers
  ) throws -> Evaluation<InfoNCE> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddingsIfPresent("bank")
    let negatives = try negatives.value(
      &inputs, rows: queries.rows, columns: bank?.rows ?? queries.rows)
    return try InfoNCE(
      temperature: temperature, symmetric: symmetric, negatives: negatives
    ).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank, gradients: gradients,
      workers: workers)
  }
}
