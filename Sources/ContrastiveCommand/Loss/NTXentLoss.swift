import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss nt-xent`.
struct NTXentLoss: LossMethod {
  typealias Call = NTXentCall

  static let configuration = configured(
    "NT-Xent (SimCLR): each view finds the other among all views.",
    """
    Tensors: view1 [N,D], view2 [N,D]. Gradients: view1, view2 (default), temperature.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.1

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(negatives.options) { $1 }
  }
}
