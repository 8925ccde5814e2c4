import Contrastive

/// `nt-xent`.
package struct NTXentCall: ObjectiveCall {
  package static let method = "nt-xent"
  package static let summary = "NT-Xent (SimCLR): each view finds the other among all views."
  package static let help = """
    Tensors: view1 [N,D], view2 [N,D]. Gradients: view1, view2 (default), temperature.
    """

  private let temperature: Double
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1, "Softmax temperature.")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<NTXent> {
    let view1 = try inputs.embeddings("view1")
    let negatives = try negatives.value(&inputs, rows: 2 * view1.rows, columns: 2 * view1.rows)
    return try NTXent(temperature: temperature, negatives: negatives).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients, workers: workers)
  }
}
