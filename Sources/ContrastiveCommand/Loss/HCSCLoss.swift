import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss hcsc`.
struct HCSCLoss: LossMethod {
  typealias Call = HCSCCall

  static let configuration = configured(
    "HCSC: negatives selected at each level of a hierarchy of prototypes.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D], and for each level l = 0, 1, …: centroids.l \
    [k,D], concentrations.l [k], assignments.l I64 [N], instance-mask.l U8 [N,K], negatives.l \
    I64 [r], prototype-mask.l U8 [N,r] (optional). A mask's 1 selects. Gradients: queries \
    (default). Reports selected.unselected.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature of the instance terms.")
  var temperature: Double = 0.2

  @Option(help: "Columns not selected: excluded (exclude) or kept at logit 0 (zero).")
  var unselected: HCSC.Unselected = .exclude

  @Option(help: "The levels' instance terms: mean or sum.")
  var instanceLevels: HCSC.Reduction = .mean

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "unselected": .text(unselected.rawValue),
      "instance-levels": .text(instanceLevels.rawValue),
    ].merging(negatives.options) { $1 }
  }
}

extension HCSC.Unselected: ExpressibleByArgument {}
extension HCSC.Reduction: ExpressibleByArgument {}
