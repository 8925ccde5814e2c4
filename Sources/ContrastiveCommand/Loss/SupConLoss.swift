import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss supcon`.
package struct SupConLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "supcon",
    abstract: "Supervised contrastive loss: each row finds the rows of its own label.",
    discussion: """
      Tensors: embeddings [B,D], labels [B]. Gradients: embeddings (default), temperature.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "The loss is multiplied by temperature / this constant (default: not at all).")
  package var baseTemperature: Double?

  @Option(help: "The mean over the positives: out or in of the logarithm.")
  package var variant: SupCon.Variant = .outside

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature),
      "base-temperature": .number(baseTemperature ?? temperature),
      "variant": .text(variant.rawValue),
    ].merging(negatives.parameters) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<SupCon.Variable>, workers: Workers
  ) throws -> Evaluation<SupCon> {
    let embeddings = try inputs.embeddings("embeddings")
    let negatives = try negatives.value(
      &inputs, rows: embeddings.rows, columns: embeddings.rows)
    return try SupCon(
      temperature: temperature, baseTemperature: baseTemperature, variant: variant,
      negatives: negatives
    ).evaluate(
      embeddings: embeddings, labels: inputs.integers("labels"), gradients: gradients,
      workers: workers)
  }
}

extension SupCon.Variant: ExpressibleByArgument {}
