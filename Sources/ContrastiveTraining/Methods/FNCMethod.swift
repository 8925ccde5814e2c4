import Contrastive

/// SimCLR with the loss `FNC` (Huynh et al., "Boosting Contrastive Self-Supervised Learning with
/// False Negative Cancellation", WACV 2022).
///
/// Every image has two views and some support views, all by one recipe, which pass the encoder as
/// one batch. Views of other images that are among those most like any view of an image probably
/// show the same thing, and are attracted or left out; all views are anchors, as in the authors'
/// code. In the first epochs, when similarity does not mean much, they are found but stay
/// negatives. Nothing is kept between steps.
public struct FNCMethod: TrainingMethod {
  /// The two views and the support's, all by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options

  /// What false negative cancellation alone can be told.
  public struct Options: MethodOptions {
    /// Divides the similarities; 0.1 in the paper, 0.2 here as in SimCLR.
    public var temperature = 0.2
    /// Views of each image besides two; 8 in the paper.
    public var supportViews = 2
    /// The most columns that are found for an image; 10 in the paper, of 4,096 images a batch.
    public var topK = 10
    /// Similarity that a false negative must exceed, none when nil; 0.7 in the paper.
    public var similarityThreshold: Double? = 0.7
    /// How the similarities of an image's views become one; the maximum in the paper.
    public var aggregate = FalseNegatives.Aggregate.max
    /// What becomes of false negatives; they are attracted in the paper's best form.
    public var cancellation = FNC.Mode.attract
    /// The epoch from which they are canceled, from 0; the paper does so at once, in runs of 100.
    public var searchEpoch = 1

    /// The defaults.
    public init() {}

    /// Refuses what is out of range.
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

  /// Compares all views of the batch with each other, false negatives apart.
  public mutating func step(
    _ batch: TrainingBatch, online: inout Encoder, workers: Workers
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

  /// There is nothing to exchange.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {}
}

// In files by their names.
extension FNC.Mode: Codable {}
extension FalseNegatives.Aggregate: Codable {}
