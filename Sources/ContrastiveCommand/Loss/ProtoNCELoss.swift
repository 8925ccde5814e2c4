import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss protonce`.
package struct ProtoNCELoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "protonce",
    abstract: "ProtoNCE (PCL): InfoNCE with a bank, and each query finds its prototype.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D], and for each clustering m = 0, 1, …: \
      centroids.m [k,D], concentrations.m [k], assignments.m I64 [N], negatives.m I64 [r]. \
      Gradients: queries (default). Reports selected.masked with --duplicates mask.
      """)

  /// What `--duplicates` takes.
  package enum Duplicates: String, CaseIterable, ExpressibleByArgument, Sendable {
    case mask, keep
  }

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature of the instance term.")
  package var temperature: Double = 0.2

  @Option(
    help: "Whether further columns with a row's own prototype are excluded (mask) or stay (keep).")
  package var duplicates: Duplicates = .mask

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature), "duplicates": .text(duplicates.rawValue)].merging(
      negatives.parameters
    ) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<ProtoNCE> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let negatives = try negatives.value(&inputs, rows: queries.rows, columns: bank.rows)
    return try ProtoNCE(
      temperature: temperature, masksDuplicates: duplicates == .mask, negatives: negatives
    ).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank,
      clusterings: inputs.prototypeTargets(),
      gradients: gradients, workers: workers)
  }

  package static func selected(_ details: NegativeCounts) -> [String: Int] {
    details.named(excluded: "masked")
  }
}
