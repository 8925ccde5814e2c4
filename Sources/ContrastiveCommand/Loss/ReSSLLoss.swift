import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss ressl`.
package struct ReSSLLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "ressl",
    abstract: "ReSSL: relate to the bank as the key does.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D]. Gradients: queries.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the queries' similarities.")
  package var temperature: Double = 0.1

  @Option(help: "Divides the keys' similarities.")
  package var targetTemperature: Double = 0.04

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature), "target-temperature": .number(targetTemperature)]
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<ReSSL> {
    try ReSSL(temperature: temperature, targetTemperature: targetTemperature).evaluate(
      queries: inputs.embeddings("queries"), keys: inputs.embeddings("keys"),
      bank: inputs.embeddings("bank"), gradients: gradients, workers: workers)
  }
}
