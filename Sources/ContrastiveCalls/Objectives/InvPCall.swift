import Contrastive

/// `invp`.
package struct InvPCall: ObjectiveCall {
  package static let method = "invp"
  package static let summary =
    "InvP: find the own row, and positives spread over a neighbor graph."
  package static let help = """
    Tensors: queries [B,D], bank [n,D], indices [B], neighbors [n,k]. Gradients: queries.
    """

  private let objective: InvP

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    let temperature = try options.number("temperature", default: 0.07, "Softmax temperature.")
    let background = try options.integer(
      "background", default: 4096, "Nearest bank rows in the denominators, at most the whole bank.")
    let positives = try options.integer("positives", default: 50, "Hard positives of a query.")
    let steps = try options.integer("steps", default: 3, "Longest walk to a positive.")
    let weight = try options.number("weight", default: 0.6, "Weight of the positives' term.")
    let epsilon = try options.number("epsilon", default: 0, "Added inside both logarithms.")
    let exactBackground = try options.flag(
      "exact-background",
      "The paper's background: without what walks reach, but with the hard positives.")
    objective = try InvP(
      temperature: temperature, background: background, positives: positives, steps: steps,
      weight: weight, epsilon: epsilon, exactBackground: exactBackground)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InvP> {
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
