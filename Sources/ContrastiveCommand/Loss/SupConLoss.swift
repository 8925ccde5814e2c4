import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss supcon`.
package struct SupConLoss: LossMethod {
  package typealias Call = SupConCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "Supervised contrastive loss: each row finds the rows of its own label.",
    discussion: """
      Tensors: embeddings [B,D], labels [B]. Gradients: embeddings (default), temperature.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "The loss is multiplied by temperature / this constant. (default: not at all)")
  package var baseTemperature: Double?

  @Option(help: "The mean over the positives: out or in of the logarithm.")
  package var variant: SupCon.Variant = .outside

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature),
      "base-temperature": baseTemperature.map(JSONValue.number) ?? .null,
      "variant": .text(variant.rawValue),
    ].merging(negatives.options) { $1 }
  }
}

extension SupCon.Variant: ExpressibleByArgument {}
