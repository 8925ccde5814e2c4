import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss invp`.
package struct InvPLoss: LossMethod {
  package typealias Call = InvPCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "InvP: find the own row, and positives spread over a neighbor graph.",
    discussion: """
      Tensors: queries [B,D], bank [n,D], indices [B], neighbors [n,k]. Gradients: queries.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "Nearest bank rows in the denominators, at most the whole bank.")
  package var background: Int = 4096

  @Option(help: "Hard positives of a query.")
  package var positives: Int = 50

  @Option(help: "Longest walk to a positive.")
  package var steps: Int = 3

  @Option(help: "Weight of the positives' term.")
  package var weight: Double = 0.6

  @Option(help: "Added inside both logarithms.")
  package var epsilon: Double = 0

  @Flag(help: "The paper's background: without what walks reach, but with the hard positives.")
  package var exactBackground = false

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "background": .integer(background),
      "positives": .integer(positives), "steps": .integer(steps), "weight": .number(weight),
      "epsilon": .number(epsilon), "exact-background": .flag(exactBackground),
    ]
  }
}
