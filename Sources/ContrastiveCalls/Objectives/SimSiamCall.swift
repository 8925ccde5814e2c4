import Contrastive

/// `simsiam`.
package struct SimSiamCall: ObjectiveCall {
  package static let method = "simsiam"
  package static let summary = "SimSiam: predictions point where the other view was projected."
  package static let help = """
    Tensors: predictions1, predictions2, projections1, projections2, all [N,D]; predictions of \
    one view go with projections of the other. Rows are always divided by their norms. \
    Gradients: predictions1, predictions2 (both by default).
    """
  package static let alwaysNormalizes = true

  package init(_ options: inout CallOptions) throws(ContrastiveError) {}

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<PredictionVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SimSiam> {
    // With or without `normalize`: the cosine does not change when rows are normalized first.
    try SimSiam(zeroRows: inputs.zeroRows).evaluate(
      predictions1: inputs.matrix("predictions1"), predictions2: inputs.matrix("predictions2"),
      projections1: inputs.matrix("projections1"), projections2: inputs.matrix("projections2"),
      gradients: gradients, workers: workers)
  }
}
