import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

extension Ring.InnerMode: ExpressibleByArgument {}

/// `contrastive loss cns`.
package struct CNSLoss: LossMethod {
  package typealias Call = CNSCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "CNS: InfoNCE against a ring of the bank's rows by similarity.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D], ring-draws I64 [N,n] (optional, see \
      --ring-draws). Gradients: queries. Reports the ring's size.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "Fraction of the bank inside the ring's outer bound.")
  package var outer: Double = 0.1

  @Option(help: "Fraction inside the ring's inner bound, which is excluded.")
  package var inner: Double = 0.1

  @Option(help: "The inner fraction is one of the outer rank (dynamic) or of the bank (static).")
  package var innerMode: Ring.InnerMode = .dynamic

  @OptionGroup package var sample: RingSampleOptions

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var mixing: MixingOptions
  @OptionGroup(title: "Negatives") package var hardness: HardnessOptions

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "outer": .number(outer), "inner": .number(inner),
      "inner-mode": .text(innerMode.rawValue),
    ].merging(
      [sample.options, falseNegatives.options, mixing.options, hardness.options]
        .joined()
    ) { $1 }
  }
}
