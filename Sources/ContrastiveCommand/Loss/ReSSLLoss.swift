import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss ressl`.
package struct ReSSLLoss: LossMethod {
  package typealias Call = ReSSLCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "ReSSL: relate to the bank as the key does.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D]. Gradients: queries.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the queries' similarities.")
  package var temperature: Double = 0.1

  @Option(help: "Divides the keys' similarities.")
  package var targetTemperature: Double = 0.04

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature), "target-temperature": .number(targetTemperature)]
  }
}
