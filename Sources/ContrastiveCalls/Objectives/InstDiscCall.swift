import Contrastive

/// `instdisc`.
package struct InstDiscCall: ObjectiveCall {
  package static let method = "instdisc"
  package static let summary =
    "Instance discrimination: noise-contrastive, or softmax over the bank."
  package static let help = """
    Tensors: queries [B,D], bank [n,D], indices [B], noise [B,K] (optional; without it the \
    softmax runs over the whole bank). Gradients: queries.
    """

  private let temperature: Double
  private let partition: Double?
  private let epsilon: Double
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.07, "Softmax temperature.")
    partition = try options.number(
      "partition", "Partition function Z (default: n times the mean of exp(u) over the columns).")
    epsilon = try options.number("epsilon", default: 1e-7, "Added to the noise's probability.")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InstDisc> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let objective = try InstDisc(
      temperature: temperature, partition: partition, epsilon: epsilon,
      negatives: negatives.value(&inputs, rows: queries.rows, columns: bank.rows))
    let noise = inputs.has("noise") ? try inputs.integers("noise", axes: 2) : nil
    if let noise, noise.shape[0] != queries.rows {
      throw .shape(
        argument: "noise", found: "\(noise.shape)", expected: "\(queries.rows) rows")
    }
    return try objective.evaluate(
      queries: queries, bank: bank, indices: inputs.integers("indices"), noise: noise?.values,
      gradients: gradients, workers: workers)
  }

  package static func selected(_ details: InstDisc.Details) -> [String: Int] {
    details.negatives.named()
  }

  package static func settled(_ details: InstDisc.Details) -> [String: Double] {
    details.partition.map { ["partition": $0] } ?? [:]
  }
}
