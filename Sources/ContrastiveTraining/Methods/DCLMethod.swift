import Contrastive

/// SimCLR with the debiased loss `DCL` (Chuang et al., "Debiased Contrastive Learning", NeurIPS
/// 2020).
///
/// Two views of every image pass the encoder as one batch; the expected share of false
/// negatives is subtracted from each anchor's negatives. The method has no state.
public struct DCLMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let objective: DCL

  /// The options of debiased contrastive learning.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.dcl.rawValue

    /// Softmax temperature τ; 0.5 in the paper and its code, 0.2 here.
    public var temperature = 0.2
    /// τ⁺, the probability that a negative is of the anchor's class; 0.1 in the authors' code for
    /// ten classes.
    public var tauPlus = 0.1

    /// The default options.
    public init() {}

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireShare(tauPlus, "tau_plus")
    }

    /// Debiased contrastive learning with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return DCLMethod(
        views: views, objective: try DCL(temperature: temperature, tauPlus: tauPlus))
    }
  }

  /// Compares all views of the batch with each other.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
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

  /// The method has no state.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {}
}
