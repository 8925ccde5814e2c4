import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss simsiam`.
package struct SimSiamLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "simsiam",
    abstract: "SimSiam: predictions point where the other view was projected.",
    discussion: """
      Tensors: predictions1, predictions2, projections1, projections2, all [N,D]; predictions of \
      one view go with projections of the other. Rows are always divided by their norms. \
      Gradients: predictions1, predictions2 (both by default).
      """)

  @OptionGroup package var files: LossFiles

  package init() {}

  package var parameters: [String: JSONValue] { [:] }

  /// With or without `--normalize`: the cosine does not change when rows are normalized first.
  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<PredictionVariable>, workers: Workers
  ) throws -> Evaluation<SimSiam> {
    try SimSiam(zeroRows: files.zeroRows).evaluate(
      predictions1: inputs.matrix("predictions1"), predictions2: inputs.matrix("predictions2"),
      projections1: inputs.matrix("projections1"), projections2: inputs.matrix("projections2"),
      gradients: gradients, workers: workers)
  }
}
