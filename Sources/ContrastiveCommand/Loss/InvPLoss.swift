import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss invp`.
package struct InvPLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "invp",
    abstract: "InvP: find the own row, and positives spread over a neighbor graph.",
    discussion: """
      Tensors: queries [B,D], bank [n,D], indices [B], neighbors [n,k]. Gradients: queries.
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

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "background": .integer(background),
      "positives": .integer(positives), "steps": .integer(steps), "weight": .number(weight),
      "epsilon": .number(epsilon), "exact-background": .flag(exactBackground),
    ]
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<InvP> {
    let objective = try InvP(
      temperature: temperature, background: background, positives: positives, steps: steps,
      weight: weight, epsilon: epsilon, exactBackground: exactBackground)
    let table = try inputs.integers("neighbors", axes: 2)
    return try objective.evaluate(
      queries: inputs.embeddings("queries"), bank: inputs.embeddings("bank"),
      indices: inputs.integers("indices"),
      neighbors: NeighborGraph(nodes: table.shape[0], indices: table.values),
      gradients: gradients, workers: workers)
  }

  package static func selected(_ details: InvP.Details) -> [String: Int] { [:] }

  package static func settled(_ details: InvP.Details) -> [String: Double] {
    ["background": Double(details.background)]
  }
}
