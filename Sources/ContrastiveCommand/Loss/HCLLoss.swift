import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss hcl`.
struct HCLLoss: LossMethod {
  typealias Call = HCLCall

  static let configuration = configured(
    "Hard negatives: negatives weighted by similarity, and debiased.",
    """
    Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.5

  @Option(help: "Chance that a negative shows what the anchor shows.")
  var tauPlus: Double = 0.1

  @Option(help: "Hard negatives weigh more: in proportion to exp(beta × similarity / temperature).")
  var beta: Double = 1

  @Flag(help: "Take the weights as constants.")
  var detachWeights = false

  @OptionGroup(title: "Negatives") var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") var ring: RingOption

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "tau-plus": .number(tauPlus),
      "beta": .number(beta), "detach-weights": .flag(detachWeights),
    ].merging([falseNegatives.options, ring.options].joined()) { $1 }
  }
}
