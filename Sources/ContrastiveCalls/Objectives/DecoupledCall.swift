import Contrastive

/// `decoupled`.
package struct DecoupledCall: ObjectiveCall {
  package static let method = "decoupled"
  package static let summary =
    "Decoupled contrastive learning: NT-Xent without the positive in the denominator."
  package static let help = """
    Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default), \
    temperature.
    """

  private let temperature: Double
  private let sigma: Double?
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1, "Softmax temperature.")
    sigma = try options.number(
      "sigma", "Temperature of the pairs' weights.", otherwise: "all pairs weigh the same")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Decoupled> {
    let view1 = try inputs.embeddings("view1")
    let negatives = try negatives.value(&inputs, rows: 2 * view1.rows, columns: 2 * view1.rows)
    return try Decoupled(temperature: temperature, sigma: sigma, negatives: negatives).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients, workers: workers)
  }
}
