import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss swav`.
struct SwAVLoss: LossMethod {
  typealias Call = SwAVCall

  static let configuration = configured(
    "SwAV: each view predicts the soft cluster code of another.",
    """
    Tensors: views [V,B,D], prototypes [P,D], queue [A,L,D] (optional; it and the prototypes are \
    never normalized). Codes come from the first A views, queue rows first. Gradients: views, \
    prototypes (both by default).
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Divides the scores in the predictions.")
  var temperature: Double = 0.1

  @Option(help: "Divides the scores in the codes.")
  var epsilon: Double = 0.05

  @Option(help: "Sinkhorn's iterations; 0 only divides by the sum of all.")
  var iterations: Int = 3

  @Option(help: "How many of the views give codes.")
  var assignViews: Int = 2

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "epsilon": .number(epsilon),
      "iterations": .integer(iterations), "assign-views": .integer(assignViews),
    ]
  }
}
