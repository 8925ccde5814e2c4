import Contrastive
import ContrastiveTensors

/// `decoupled`: view1 [N,D], view2 [N,D].
package struct DecoupledCall: ObjectiveCall {
  package static let method = "decoupled"

  private let temperature: Double
  private let sigma: Double?
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1)
    sigma = try options.number("sigma")
    options.note("sigma", sigma.map(JSONValue.number) ?? .null)
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
