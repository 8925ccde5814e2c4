import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss supcon`.
struct SupConLoss: LossMethod {
  typealias Call = SupConCall

  static let configuration = configured(
    "Supervised contrastive loss: each row finds the rows of its own label.",
    """
    Tensors: embeddings [B,D], labels [B]. Gradients: embeddings (default), temperature.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.07

  @Option(help: "The loss is multiplied by temperature / this constant. (default: not at all)")
  var baseTemperature: Double?

  @Option(help: "The mean over the positives: out or in of the logarithm.")
  var variant: SupCon.Variant = .outside

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature),
      "base-temperature": baseTemperature.map(JSONValue.number) ?? .null,
      "variant": .text(variant.rawValue),
    ].merging(negatives.options) { $1 }
  }
}

extension SupCon.Variant: ExpressibleByArgument {}
