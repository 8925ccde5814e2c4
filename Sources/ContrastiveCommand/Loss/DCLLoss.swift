import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss dcl`.
package struct DCLLoss: LossMethod {
  package typealias Call = DCLCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "Debiased contrast: hcl with beta 0.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.5

  @Option(help: "Chance that a negative shows what the anchor shows.")
  package var tauPlus: Double = 0.1

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var ring: RingOption

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "tau-plus": .number(tauPlus),
    ].merging([falseNegatives.options, ring.options].joined()) { $1 }
  }
}
