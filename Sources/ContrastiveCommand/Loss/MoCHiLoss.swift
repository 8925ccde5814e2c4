import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss mochi`.
struct MoCHiLoss: LossMethod {
  typealias Call = MoCHiCall

  static let configuration = configured(
    "MoCHi: InfoNCE with a bank and mixed hard negatives.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D]; pairs I64 [N,s,2] with pair-weights F32 \
    [N,s], query-pairs I64 [N,t] with query-weights F32 [N,t], all indices of bank rows; s and t \
    may be 0. Gradients: queries (default).
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.2

  @OptionGroup(title: "Negatives") var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") var ring: RingOption
  @OptionGroup(title: "Negatives") var hardness: HardnessOptions

  var options: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(
      [falseNegatives.options, ring.options, hardness.options].joined()
    ) { $1 }
  }
}
