import Contrastive

/// `invp`: queries [B,D], bank [n,D], indices [B], neighbors [n,k].
package struct InvPCall: ObjectiveCall {
  package static let method = "invp"

  private let objective: InvP

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    let temperature = try options.number("temperature", default: 0.07)
    let background = try options.integer("background", default: 4096)
    let positives = try options.integer("positives", default: 50)
    let steps = try options.integer("steps", default: 3)
    let weight = try options.number("weight", default: 0.6)
    let epsilon = try options.number("epsilon", default: 0)
    objective = try InvP(
      temperature: temperature, background: background, positives: positives, steps: steps,
      weight: weight, epsilon: epsilon, exactBackground: options.flag("exact-background"))
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
