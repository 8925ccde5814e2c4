import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss instdisc`.
package struct InstDiscLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "instdisc",
    abstract: "Instance discrimination: noise-contrastive, or softmax over the bank.",
    discussion: """
      Tensors: queries [B,D], bank [n,D], indices [B], noise [B,K] (optional; without it the \
      softmax runs over the whole bank). Gradients: queries.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "Partition function Z (default: n times the mean of exp(u) over the columns).")
  package var partition: Double?

  @Option(help: "Added to the noise's probability.")
  package var epsilon: Double = 1e-7

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "partition": partition.map(JSONValue.number) ?? .null,
      "epsilon": .number(epsilon),
    ].merging(negatives.parameters) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<InstDisc> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let objective = try InstDisc(
      temperature: temperature, partition: partition, epsilon: epsilon,
      negatives: negatives.value(&inputs, rows: queries.rows, columns: bank.rows))
    let noise = inputs.has("noise") ? try inputs.integers("noise", axes: 2) : nil
    if let noise, noise.shape[0] != queries.rows {
      throw ContrastiveError.shape(
        argument: "noise", found: "\(noise.shape)", expected: "\(queries.rows) rows")
    }
    return try objective.evaluate(
      queries: queries, bank: bank,
      indices: inputs.integers("indices"), noise: noise?.values,
      gradients: gradients, workers: workers)
  }

  package static func selected(_ details: InstDisc.Details) -> [String: Int] {
    details.negatives.named()
  }

  package static func settled(_ details: InstDisc.Details) -> [String: Double] {
    details.partition.map { ["partition": $0] } ?? [:]
  }
}
