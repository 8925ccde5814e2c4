import Contrastive

/// What SimCLR, DCL and HCL share.
///
/// Two views of every image pass the encoder as one batch, and each is compared with all others.
/// The method has no state.
struct PairedViewMethod<Objective: PairedViewObjective>: TrainingMethod {
  /// Two views by the same recipe.
  let views: [ViewRecipe]
  private let objective: StepObjective

  /// The objective of a step of a run.
  typealias StepObjective =
    @Sendable (_ step: Int, _ steps: Int) throws(ContrastiveError) -> Objective

  init(_ start: MethodStart, objective: @escaping StepObjective) throws(ContrastiveError) {
    views = try start.views()
    self.objective = objective
  }

  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let projections = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let result = try objective(batch.step, batch.steps).evaluate(
      view1: projections.view(0), view2: projections.view(1), workers: workers)
    return StepGradient(
      loss: result.loss,
      encoder: try projections.backward(
        result[.view1], result[.view2], through: online, workers: workers),
      measures: ["embedding_spread": projections.view(0).unitSpread()])
  }

  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {}
}
