import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

extension SCE.PositiveInTargets: ExpressibleByArgument {}

/// `contrastive loss sce`.
package struct SCELoss: LossMethod {
  package typealias Call = SCECall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "SCE: find the own key and keep the key's relations to the others.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the columns are all \
      keys). Gradients: queries (default), temperature.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the queries' similarities.")
  package var temperature: Double = 0.1

  @Option(help: "Divides the keys' similarities.")
  package var targetTemperature: Double = 0.05

  @Option(help: "Target of the positive; the rest follows the key's similarities.")
  package var lambda: Double = 0.5

  @Option(name: .customLong("self"), help: "The positive in the targets: exclude, or zero logit.")
  package var positiveInTargets: SCE.PositiveInTargets = .exclude

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "target-temperature": .number(targetTemperature),
      "lambda": .number(lambda), "self": .text(positiveInTargets.rawValue),
    ]
  }
}
