import Contrastive

/// `hcsc`: queries, keys, bank, and levels of prototypes by number.
package struct HCSCCall: ObjectiveCall {
  package static let method = "hcsc"

  private let temperature: Double
  private let unselected: HCSC.Unselected
  private let instanceLevels: HCSC.Reduction
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.2)
    unselected = try options.choice("unselected", default: .exclude)
    instanceLevels = try options.choice("instance-levels", default: .mean)
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<HCSC> {
    var levels: [HCSC.Level] = []
    for (level, targets) in try inputs.prototypeTargets().enumerated() {
      let instances = try inputs.mask("instance-mask.\(level)")
      let name = "prototype-mask.\(level)"
      levels.append(
        HCSC.Level(
          targets: targets, instances: instances,
          prototypes: inputs.has(name) ? try inputs.mask(name) : nil))
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
