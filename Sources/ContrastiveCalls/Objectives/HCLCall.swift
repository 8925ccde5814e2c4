import Contrastive

/// `hcl`.
package struct HCLCall: ObjectiveCall {
  package static let method = "hcl"
  package static let summary = "Hard negatives: negatives weighted by similarity, and debiased."
  package static let help = """
    Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).
    """

  private let temperature: Double
  private let weights: HardNegativeWeights
  private let falseNegatives: FalseNegativeChoice?
  private let ring: RingChoice?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.5, "Softmax temperature.")
    let tauPlus = try options.number(
      "tau-plus", default: 0.1, "Chance that a negative shows what the anchor shows.")
    let beta = try options.number(
      "beta", default: 1,
      "Hard negatives weigh more: in proportion to exp(beta × similarity / temperature).")
    weights = try HardNegativeWeights(
      beta: beta, tauPlus: tauPlus,
      detached: options.flag("detach-weights", "Take the weights as constants."))
    falseNegatives = try FalseNegativeChoice(&options)
    ring = try RingChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<HCL> {
    let view1 = try inputs.embeddings("view1")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: 2 * view1.rows, columns: 2 * view1.rows),
      falseNegatives: falseNegatives?.value(&inputs),
      ring: ring?.value(inputs, rows: 2 * view1.rows))
    return try HCL(temperature: temperature, weights: weights, negatives: negatives).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients, workers: workers)
  }
}
