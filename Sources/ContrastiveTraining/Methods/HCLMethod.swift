import Contrastive

/// SimCLR with the loss `HCL` (Robinson et al., "Contrastive Learning with Hard Negative Samples",
/// ICLR 2021).
///
/// Two views of every image pass the encoder as one batch; negatives weigh the more the closer they
/// are to the anchor, and are debiased as by `DCL`. Nothing is kept between steps.
public struct HCLMethod: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options

  /// What learning with hard negatives alone can be told.
  public struct Options: MethodOptions {
    /// Divides the similarities; 0.5 in the paper and its code, 0.2 here.
    public var temperature = 0.2
    /// τ⁺, the chance that a negative shows the same thing as the anchor; 0.1 in the authors' code
    /// for ten classes.
    public var tauPlus = 0.1
    /// β, how much harder negatives weigh more.
    ///
    /// 1 in the authors' code at a temperature of 0.5. It multiplies the similarity over the
    /// temperature, so that 0.5 here weighs as 1.25 there.
    public var beta = 0.5
    /// Whether β falls to 0 in nine steps over the run, as the authors' code can let it; it does
    /// not by default.
    public var annealed = false

    /// The defaults.
    public init() {}

    /// Refuses what is out of range.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireShare(tauPlus, "tau_plus")
      try require(0...1e6 ~= beta, "beta", beta, "0 … 1e6")
    }

    /// Learning with hard negatives with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let view = try start.view()
      return HCLMethod(views: [view, view], options: self)
    }

    /// The objective of a step.
    func objective(at step: Int, of steps: Int) throws(ContrastiveError) -> HCL {
      let part = annealed ? Double(min(9, 10 * step / max(1, steps))) / 9 : 0
      return try HCL(temperature: temperature, tauPlus: tauPlus, beta: beta * (1 - part))
    }
  }

  /// Compares all views of the batch with each other.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let projections = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let result = try options.objective(at: batch.step, of: batch.steps).evaluate(
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
