import Contrastive

/// `hcsc`.
package struct HCSCCall: ObjectiveCall {
  package static let method = "hcsc"
  package static let summary =
    "HCSC: negatives selected at each level of a hierarchy of prototypes."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D], and for each level l = 0, 1, …: centroids.l \
    [k,D], concentrations.l [k], assignments.l I64 [N], instance-mask.l U8 [N,K], negatives.l \
    I64 [r], prototype-mask.l U8 [N,r] (optional). A mask's 1 selects. Gradients: queries \
    (default). Reports selected.unselected.
    """

  private let temperature: Double
  private let unselected: HCSC.Unselected
  private let instanceLevels: HCSC.Reduction
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number(
      "temperature", default: 0.2, "Softmax temperature of the instance terms.")
    unselected = try options.choice(
      "unselected", default: .exclude,
      "Columns not selected: excluded (exclude) or kept at logit 0 (zero).")
    instanceLevels = try options.choice(
      "instance-levels", default: .mean, "The levels' instance terms: mean or sum.")
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
