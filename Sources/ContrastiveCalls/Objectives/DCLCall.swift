import Contrastive

/// `dcl`.
package struct DCLCall: ObjectiveCall {
  package static let method = "dcl"
  package static let summary = "Debiased contrast: hcl with beta 0."
  package static let help = """
    Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).
    """

  private let temperature: Double
  private let tauPlus: Double
  private let falseNegatives: FalseNegativeChoice?
  private let ring: RingChoice?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.5, "Softmax temperature.")
    tauPlus = try options.number(
      "tau-plus", default: 0.1, "Chance that a negative shows what the anchor shows.")
    falseNegatives = try FalseNegativeChoice(&options)
    ring = try RingChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<DCL> {
    let view1 = try inputs.embeddings("view1")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: 2 * view1.rows, columns: 2 * view1.rows),
      falseNegatives: falseNegatives?.value(&inputs),
      ring: ring?.value(inputs, rows: 2 * view1.rows))
    return try DCL(temperature: temperature, tauPlus: tauPlus, negatives: negatives).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients, workers: workers)
  }
}
