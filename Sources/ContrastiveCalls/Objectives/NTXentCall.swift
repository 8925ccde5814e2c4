import Contrastive

/// `nt-xent`: view1 [N,D], view2 [N,D].
package struct NTXentCall: ObjectiveCall {
  package static let method = "nt-xent"

  private let temperature: Double
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1)
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
