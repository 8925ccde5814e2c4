import Contrastive

/// SimCLR with the loss `FNC` (Huynh et al., "Boosting Contrastive Self-Supervised Learning with
/// False Negative Cancellation", WACV 2022).
///
/// Every image has two views and some support views, all by one recipe, which pass the encoder as
/// one batch. The views of other images most similar to any view of an image are probably false
/// negatives, and are attracted or eliminated; all views are anchors, as in the authors' code. In
/// the first epochs, when similarities mean little, they are found but stay negatives. The method
/// has no state.
public struct FNCMethod: TrainingMethod {
  /// The two views and the support views, all by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options

  /// The options of false negative cancellation.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.fnc.rawValue

    /// Softmax temperature τ; 0.1 in the paper, 0.2 here as in SimCLR.
    public var temperature = 0.2
    /// Views of each image besides two; 8 in the paper.
    public var supportViews = 2
    /// Most false negatives per image; 10 in the paper, of 4,096 images a batch.
    public var topK = 10
    /// Similarity threshold of a false negative, none when nil; 0.7 in the paper.
    public var similarityThreshold: Double? = 0.7
    /// How the similarities of an image's views are aggregated; the maximum in the paper.
    public var aggregate = FalseNegatives.Aggregate.max
    /// What happens to false negatives; attracted in the paper's best variant.
    public var cancellation = FNC.Mode.attract
    /// First epoch, from 0, in which they are canceled; 0 in the paper, in runs of 100.
    public var searchEpoch = 1

    /// The default options.
    public init() {}

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(0...62 ~= supportViews, "support_views", supportViews, "0 … 62")
      try require(1...1_000_000 ~= topK, "top_k", topK, "1 … 1000000")
      try require(
        -1...1 ~= similarityThreshold ?? 0, "similarity_threshold", similarityThreshold ?? 0,
        "-1 … 1")
      try require(searchEpoch >= 0, "search_epoch", searchEpoch, "0 or more")
    }

    /// False negative cancellation with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      FNCMethod(
        views: [ViewRecipe](repeating: try start.view(), count: 2 + supportViews), options: self)
    }

    /// The objective of an epoch.
    func objective(in epoch: Int) throws(ContrastiveError) -> FNC {
      try FNC(
        temperature: temperature,
        search: FalseNegatives(
          topK: topK, threshold: similarityThreshold, aggregate: aggregate),
        mode: epoch < searchEpoch ? .none : cancellation)
    }
  }

  /// Compares all views of the batch with each other, after finding false negatives.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let projections = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let result = try options.objective(in: batch.epoch).evaluate(
      embeddings: projections.rows, views: views.count, workers: workers)
    let blank = Matrix(zeros: projections.rows.rows, by: projections.rows.columns)
    return StepGradient(
      loss: result.loss,
      encoder: try projections.backward(
        result[.embeddings] ?? blank, through: online, workers: workers),
      measures: [
        "embedding_spread": projections.view(0).unitSpread(),
        "false_negatives": Double(result.details.falseNegatives ?? 0)
          / Double(projections.images),
      ])
  }

  /// How false negatives are found.
  public var exhibit: MethodExhibit {
    get throws(ContrastiveError) {
      MethodExhibit(falseNegatives: try options.objective(in: options.searchEpoch).search)
    }
  }

  /// The method has no state.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {}
}

// In files by their names.
extension FNC.Mode: Codable {}
extension FalseNegatives.Aggregate: Codable {}
