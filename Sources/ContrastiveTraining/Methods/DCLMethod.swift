import Contrastive

/// SimCLR with the debiased loss `DCL` (Chuang et al., "Debiased Contrastive Learning", NeurIPS
/// 2020).
///
/// Two views of every image pass the encoder as one batch; from each anchor's negatives the share
/// is subtracted that shows the same thing as the anchor. Nothing is kept between steps.
public struct DCLMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let objective: DCL

  /// What debiased contrastive learning alone can be told.
  public struct Options: MethodOptions {
    /// Divides the similarities; 0.5 in the paper and its code, 0.2 here.
    public var temperature = 0.2
    /// τ⁺, the chance that a negative shows the same thing as the anchor; 0.1 in the authors' code
    /// for ten classes.
    public var tauPlus = 0.1

    /// The defaults.
    public init() {}

    /// Refuses what is out of range.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireShare(tauPlus, "tau_plus")
    }

    /// Debiased contrastive learning with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let view = try start.view()
      return DCLMethod(
        views: [view, view], objective: try DCL(temperature: temperature, tauPlus: tauPlus))
    }
  }

  /// Compares all views of the batch with each other.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let projections = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let result = try objective.evaluate(
      view1: projections.view(0), view2: projections.view(1), workers: workers)
    return StepGradient(
      loss: result.loss,
      encoder: try projections.backward(
        result[.view1], result[.view2], through: online, workers: workers),
      measures: ["embedding_spread": projections.view(0).unitSpread()])
  }

  /// There is nothing to exchange.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {}
}
