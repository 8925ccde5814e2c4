import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss hcsc`.
package struct HCSCLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "hcsc",
    abstract: "HCSC: negatives selected at each level of a hierarchy of prototypes.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D], and for each level l = 0, 1, …: centroids.l \
      [k,D], concentrations.l [k], assignments.l I64 [N], instance-mask.l U8 [N,K], negatives.l \
      I64 [r], prototype-mask.l U8 [N,r] (optional). A mask's 1 selects. Gradients: queries \
      (default). Reports selected.unselected.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature of the instance terms.")
  package var temperature: Double = 0.2

  @Option(help: "Columns not selected: excluded (exclude) or kept at logit 0 (zero).")
  package var unselected: HCSC.Unselected = .exclude

  @Option(help: "The levels' instance terms: mean or sum.")
  package var instanceLevels: HCSC.Reduction = .mean

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "unselected": .text(unselected.rawValue),
      "instance-levels": .text(instanceLevels.rawValue),
    ].merging(negatives.parameters) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<HCSC> {
    let levels = try inputs.prototypeTargets().enumerated().map { level, targets in
      HCSC.Level(
        targets: targets, instances: try inputs.mask("instance-mask.\(level)"),
        prototypes: inputs.has("prototype-mask.\(level)")
          ? try inputs.mask("prototype-mask.\(level)") : nil)
    }
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    return try HCSC(
      temperature: temperature, unselected: unselected, instanceLevels: instanceLevels,
      negatives: negatives.value(&inputs, rows: queries.rows, columns: bank.rows)
    ).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank, levels: levels,
      gradients: gradients, workers: workers)
  }

  package static func selected(_ details: NegativeCounts) -> [String: Int] {
    details.named(excluded: "unselected")
  }
}

extension HCSC.Unselected: ExpressibleByArgument {}
extension HCSC.Reduction: ExpressibleByArgument {}
