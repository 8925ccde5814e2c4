import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss instdisc`.
struct InstDiscLoss: LossMethod {
  typealias Call = InstDiscCall

  static let configuration = configured(
    "Instance discrimination: noise-contrastive, or softmax over the bank.",
    """
    Tensors: queries [B,D], bank [n,D], indices [B], noise [B,K] (optional; without it the \
    softmax runs over the whole bank). Gradients: queries.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.07

  @Option(help: "Partition function Z (default: n times the mean of exp(u) over the columns).")
  var partition: Double?

  @Option(help: "Added to the noise's probability.")
  var epsilon: Double = 1e-7

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "partition": partition.map(JSONValue.number) ?? .null,
      "epsilon": .number(epsilon),
    ].merging(negatives.options) { $1 }
  }
}
