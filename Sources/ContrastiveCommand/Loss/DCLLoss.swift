import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss dcl`.
struct DCLLoss: LossMethod {
  typealias Call = DCLCall

  static let configuration = configured(
    "Debiased contrast: hcl with beta 0.",
    """
    Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.5

  @Option(help: "Chance that a negative shows what the anchor shows.")
  var tauPlus: Double = 0.1

  @OptionGroup(title: "Negatives") var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") var ring: RingOption

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "tau-plus": .number(tauPlus),
    ].merging([falseNegatives.options, ring.options].joined()) { $1 }
  }
}
