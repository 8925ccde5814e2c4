import Contrastive

/// Ranked views: an image's positives are chosen among its views by their similarity to the anchor.
///
/// Not published, but this package's own: aggressive crops of one image may show different objects,
/// and attracting them all is as wrong as repelling a false negative. The first of V views is
/// the anchor. A momentum encoder embeds all, and ranks the others by ⟨view, anchor⟩:
/// ```
/// ranks 1 … positives                    positives, with equal shares of the target
/// ranks between                          excluded
/// ranks negatives_from … V − 1,          negatives, although of the same image
/// and below own_threshold but the best
/// ```
/// The online encoder's anchor is the query, the best view its positive key, and the V − 1 views of
/// all images of the batch are the columns of InfoNCE. Keys are constants. With two views it is
/// momentum contrast within the batch.
public struct RankedViews: TrainingMethod {
  /// The anchor's view and the candidates', all by the same recipe.
  public let views: [ViewRecipe]
  private let options: Options
  private let objective: InfoNCE
  private var momentum: MomentumEncoder

  /// The options of ranked views; all defaults are this package's choice.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.rankedViews.rawValue

    /// V, views of each image, the anchor's included.
    public var viewCount = 6
    /// How many of the best ranks are positives.
    public var positives = 2
    /// The first rank, from 1, that is a negative; when nil V − 1, the last one, and V is none.
    public var negativesFrom: Int?
    /// Similarity to the anchor, −1 … 1, below which a view is a negative whatever its rank, but
    /// for the best; none when nil.
    public var ownThreshold: Double?
    /// Softmax temperature τ; as SimCLR's here.
    public var temperature = 0.2
    /// m in θ_key ← m θ_key + (1 − m) θ_online; lower than MoCo's, since there is no queue that
    /// must stay consistent.
    public var encoderMomentum: Float = 0.99

    /// The default options.
    public init() {}

    /// The first negative rank follows the number of views; the last view of two is a positive.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      negativesFrom = negativesFrom ?? max(viewCount - 1, positives + 1)
    }

    /// Validates the options; refuses such as a rank that is a positive and a negative.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try require(2...64 ~= viewCount, "view_count", viewCount, "2 … 64")
      try require(
        1..<viewCount ~= positives, "positives", positives, "1 ..< view_count, \(viewCount)")
      if let negativesFrom {
        try require(
          (positives + 1)...viewCount ~= negativesFrom, "negatives_from", negativesFrom,
          "\(positives + 1) … \(viewCount): after the positives, at most view_count")
      }
      try require(
        -1...1 ~= ownThreshold ?? 0, "own_threshold", ownThreshold ?? 0, "-1 … 1")
      try requireTemperature(temperature)
      try requireMomentum(encoderMomentum)
    }

    /// Ranked views with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      RankedViews(
        views: [ViewRecipe](repeating: try start.view(), count: viewCount), options: self,
        objective: try InfoNCE(temperature: temperature),
        momentum: try MomentumEncoder(start.online, momentum: encoderMomentum))
    }
  }

  /// Ranks the views by the momentum encoder, then compares the anchors with all of them.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let anchors = try ViewProjections(of: [batch.views[0]], by: &online, workers: workers)
    try momentum.update(from: online, workers: workers)
    var embedded: [Matrix] = []
    for view in batch.views {
      embedded.append(
        try momentum.encoder.projections(of: view, mode: .training, workers: workers)
          .directions(argument: "keys").rows)
    }
    let candidates = try Matrix(
      rows: anchors.images * (views.count - 1), columns: anchors.rows.columns,
      values: embedded.dropFirst().flatMap(\.values))
    let ranks = ranks(embedded.dropFirst().map { $0.rowDots(embedded[0]) })
    let best = ranks.enumerated().map { image, ranked in ranked[0].view * ranks.count + image }
    let paired = try InfoNCE(
      temperature: objective.temperature,
      negatives: Negatives(pairs: pairs(ranks, columns: candidates.rows)))
    let result = try paired.evaluate(
      queries: anchors.rows, keys: candidates.rows(at: best), bank: candidates, workers: workers)
    return StepGradient(
      loss: result.loss,
      encoder: try anchors.backward(
        result[.queries] ?? Matrix(zeros: anchors.images, by: candidates.columns),
        through: online, workers: workers),
      measures: measures(ranks, spread: anchors.rows.unitSpread()))
  }

  /// A candidate view of an image, and its similarity to the anchor.
  private typealias Ranked = (view: Int, similarity: Double)

  /// For each image its candidates, the most similar first.
  private func ranks(_ similarities: [[Double]]) -> [[Ranked]] {
    (similarities.first?.indices ?? 0..<0).map { image in
      similarities.enumerated().map { ($0, $1[image]) }.sorted {
        $0.similarity != $1.similarity ? $0.similarity > $1.similarity : $0.view < $1.view
      }
    }
  }

  private func isNegative(_ ranked: Ranked, rank: Int) -> Bool {
    rank >= options.negativesFrom ?? views.count - 1
      || (rank > 1 && ranked.similarity < options.ownThreshold ?? -.infinity)
  }

  /// What an image's own columns are to it: view v of image i is column v · images + i.
  ///
  /// The best view is the positive key already, and its column is excluded.
  private func pairs(_ ranks: [[Ranked]], columns: Int) throws(ContrastiveError) -> PairTerms {
    let pairs = ranks.enumerated().flatMap { image, ranked -> [PairTerms.Pair] in
      let roles = ranked.enumerated().filter { !isNegative($1, rank: $0 + 1) }
      let attracted = roles.count { $0.offset < options.positives }
      return roles.map { place, candidate in
        let isPositive = 1..<options.positives ~= place
        return PairTerms.Pair(
          row: image, column: candidate.view * ranks.count + image, weight: isPositive ? 1 : 0,
          target: isPositive ? 1 / Double(attracted) : 0)
      }
    }
    return try PairTerms(rows: ranks.count, columns: columns, pairs: pairs)
  }

  private func measures(_ ranks: [[Ranked]], spread: Double) -> [String: Double] {
    func mean(_ value: ([Ranked]) -> Double) -> Double {
      ranks.reduce(0) { $0 + value($1) } / Double(max(1, ranks.count))
    }
    return [
      "embedding_spread": spread,
      "best_similarity": mean { $0.first?.similarity ?? 0 },
      "worst_similarity": mean { $0.last?.similarity ?? 0 },
      "own_negatives": mean { ranked in
        Double(ranked.enumerated().count { isNegative($1, rank: $0 + 1) })
      },
    ]
  }

  /// Exchanges the momentum encoder.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("momentum", &momentum)
  }
}
