import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

extension Ring.InnerMode: ExpressibleByArgument {}

/// `contrastive loss cns`.
struct CNSLoss: LossMethod {
  typealias Call = CNSCall

  static let configuration = configured(
    "CNS: InfoNCE against a ring of the bank's rows by similarity.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D], ring-draws I64 [N,n] (optional, see \
    --ring-draws). Gradients: queries. Reports the ring's size.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.07

  @Option(help: "Fraction of the bank inside the ring's outer bound.")
  var outer: Double = 0.1

  @Option(help: "Fraction inside the ring's inner bound, which is excluded.")
  var inner: Double = 0.1

  @Option(help: "The inner fraction is one of the outer rank (dynamic) or of the bank (static).")
  var innerMode: Ring.InnerMode = .dynamic

  @OptionGroup var sample: RingSampleOptions

  @OptionGroup(title: "Negatives") var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") var mixing: MixingOptions
  @OptionGroup(title: "Negatives") var hardness: HardnessOptions

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "outer": .number(outer), "inner": .number(inner),
      "inner-mode": .text(innerMode.rawValue),
    ].merging(
      [sample.options, falseNegatives.options, mixing.options, hardness.options]
        .joined()
    ) { $1 }
  }
}
