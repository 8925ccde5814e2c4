import Contrastive

/// SimCLR (Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations",
/// ICML 2020).
///
/// Two views of every image pass the encoder as one batch. NT-Xent contrasts each view's positive,
/// the other view of its image, with all other views of the batch. The method has no state.
public struct SimCLR: TrainingMethod {
  /// Two views by the same recipe.
  public let views: [ViewRecipe]
  private let objective: NTXent

  /// The options of SimCLR.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.simclr.rawValue

    /// Softmax temperature τ; 0.1 in the paper for ImageNet, 0.5 for CIFAR-10 with batches of
    /// this size, 0.2 here.
    public var temperature = 0.2

    /// The default options.
    public init() {}

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
    }

    /// SimCLR with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let views = try start.views()
      return SimCLR(views: views, objective: try NTXent(temperature: temperature))
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
