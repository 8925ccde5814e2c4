import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss infonce`.
struct InfoNCELoss: LossMethod {
  typealias Call = InfoNCECall

  static let configuration = configured(
    "InfoNCE: own key and bank, in-batch, or in-batch symmetric.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the negatives are the \
    other keys). Gradients: queries (default), keys, bank, temperature.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.07

  @Flag(help: "The mean of both directions (without a bank only).")
  var symmetric = false

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    ["temperature": .number(temperature), "symmetric": .flag(symmetric)].merging(
      negatives.options
    ) { $1 }
  }
}
