import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss looc`.
struct LooCLoss: LossMethod {
  typealias Call = LooCCall

  static let configuration = configured(
    "LooC: a space for each augmentation that must not be forgotten.",
    """
    Tensors: queries [B,S,D], keys [B,S,S,D] (image, view, space), bank [S,K,D]. In spaces 1 and \
    up the other views of the same image are negatives. Gradients: queries (default).
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.2

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(negatives.options) { $1 }
  }
}
