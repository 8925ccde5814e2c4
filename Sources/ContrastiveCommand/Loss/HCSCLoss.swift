import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss hcsc`.
package struct HCSCLoss: LossMethod {
  package typealias Call = HCSCCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "HCSC: negatives selected at each level of a hierarchy of prototypes.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D], and for each level l = 0, 1, …: centroids.l \
      [k,D], concentrations.l [k], assignments.l I64 [N], instance-mask.l U8 [N,K], negatives.l \
      I64 [r], prototype-mask.l U8 [N,r] (optional). A mask's 1 selects. Gradients: queries \
      (default). Reports selected.unselected.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature of the instance terms.")
  package var temperature: Double = 0.2

  @Option(help: "Columns not selected: excluded (exclude) or kept at logit 0 (zero).")
  package var unselected: HCSC.Unselected = .exclude

  @Option(help: "The levels' instance terms: mean or sum.")
  package var instanceLevels: HCSC.Reduction = .mean

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "unselected": .text(unselected.rawValue),
      "instance-levels": .text(instanceLevels.rawValue),
    ].merging(negatives.options) { $1 }
  }
}

extension HCSC.Unselected: ExpressibleByArgument {}
extension HCSC.Reduction: ExpressibleByArgument {}
