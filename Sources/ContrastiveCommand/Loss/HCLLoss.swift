import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss hcl`.
package struct HCLLoss: LossMethod {
  package typealias Call = HCLCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "Hard negatives: negatives weighted by similarity, and debiased.",
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

  @Option(help: "Hard negatives weigh more: in proportion to exp(beta × similarity / temperature).")
  package var beta: Double = 1

  @Flag(help: "Take the weights as constants.")
  package var detachWeights = false

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var ring: RingOption

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "tau-plus": .number(tauPlus),
      "beta": .number(beta), "detach-weights": .flag(detachWeights),
    ].merging([falseNegatives.options, ring.options].joined()) { $1 }
  }
}
