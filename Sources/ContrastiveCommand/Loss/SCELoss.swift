import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss sce`.
struct SCELoss: LossMethod {
  typealias Call = SCECall

  static let configuration = configured(
    "SCE: find the own key and keep the key's relations to the others.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the columns are all \
    keys). Gradients: queries (default), temperature.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Divides the queries' similarities.")
  var temperature: Double = 0.1

  @Option(help: "Divides the keys' similarities.")
  var targetTemperature: Double = 0.05

  @Option(help: "Target of the positive; the rest follows the key's similarities.")
  var lambda: Double = 0.5

  @Option(name: .customLong("self"), help: "The positive in the targets: exclude, or zero logit.")
  var positiveInTargets: SCE.PositiveInTargets = .exclude

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "target-temperature": .number(targetTemperature),
      "lambda": .number(lambda), "self": .text(positiveInTargets.rawValue),
    ]
  }
}
