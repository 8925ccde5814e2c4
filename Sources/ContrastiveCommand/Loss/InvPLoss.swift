import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss invp`.
struct InvPLoss: LossMethod {
  typealias Call = InvPCall

  static let configuration = configured(
    "InvP: find the own row, and positives spread over a neighbor graph.",
    """
    Tensors: queries [B,D], bank [n,D], indices [B], neighbors [n,k]. Gradients: queries.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.07

  @Option(help: "Nearest bank rows in the denominators, at most the whole bank.")
  var background: Int = 4096

  @Option(help: "Hard positives of a query.")
  var positives: Int = 50

  @Option(help: "Longest walk to a positive.")
  var steps: Int = 3

  @Option(help: "Weight of the positives' term.")
  var weight: Double = 0.6

  @Option(help: "Added inside both logarithms.")
  var epsilon: Double = 0

  @Flag(help: "The paper's background: without what walks reach, but with the hard positives.")
  var exactBackground = false

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "background": .integer(background),
      "positives": .integer(positives), "steps": .integer(steps), "weight": .number(weight),
      "epsilon": .number(epsilon), "exact-background": .flag(exactBackground),
    ]
  }
}
