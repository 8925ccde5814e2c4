import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss decoupled`.
struct DecoupledLoss: LossMethod {
  typealias Call = DecoupledCall

  static let configuration = configured(
    "Decoupled contrastive learning: NT-Xent without the positive in the denominator.",
    """
    Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default), \
    temperature.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.1

  @Option(help: "Temperature of the pairs' weights. (default: all pairs weigh the same)")
  var sigma: Double?

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    ["temperature": .number(temperature), "sigma": sigma.map(JSONValue.number) ?? .null]
      .merging(negatives.options) { $1 }
  }
}
