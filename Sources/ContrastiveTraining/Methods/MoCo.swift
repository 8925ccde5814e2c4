import Contrastive

/// Momentum contrast (He et al., "Momentum Contrast for Unsupervised Visual Representation
/// Learning", CVPR 2020; with the projection head and the stronger augmentation of Chen et al.,
/// "Improved Baselines with Momentum Contrastive Learning", 2020).
///
/// One view gives the query by the online encoder, another the key by its moving average. InfoNCE
/// tells the own key from the keys of earlier batches, which a first-in, first-out bank holds. A
/// step encodes the queries, moves the momentum encoder, encodes the keys, compares with the bank as
/// it was, and only then adds the keys to it.
///
/// The bank starts empty: it never holds noise. In the very first step the negatives are the other
/// keys of the batch.
public struct MoCo: TrainingMethod {
  /// Two views by the same recipe: the query's and the key's.
  public let views: [ViewRecipe]
  private let objective: InfoNCE
  private var momentum: MomentumEncoder
  private var bank: QueueBank

  /// Momentum contrast for an encoder.
  ///
  /// - Parameters:
  ///   - online: the encoder to be trained, whose copy the momentum encoder starts as.
  ///   - view: the augmentation of both views.
  ///   - temperature: of InfoNCE.
  ///   - bankCapacity: keys the bank holds.
  ///   - momentum: m in θ_key ← m θ_key + (1 − m) θ_online, 0 ..< 1.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    online: Encoder, view: ViewRecipe, temperature: Double, bankCapacity: Int, momentum: Float
  ) throws(ContrastiveError) {
    views = [view, view]
    objective = try InfoNCE(temperature: temperature)
    self.momentum = try MomentumEncoder(online, momentum: momentum)
    bank = try QueueBank(capacity: bankCapacity, dimension: online.projectionDimension)
  }

  /// Compares the queries with their keys and the bank, then adds the keys to it.
  public mutating func step(
    views: [Activations], online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> (loss: Double, gradient: ParameterVector) {
    let (projections, tape) = try online.forward(views[0], workers: workers)
    momentum.update(from: online, workers: workers)
    let keys = try momentum.encoder.projections(of: views[1], mode: .training, workers: workers)

    let queries = try projections.normalized(argument: "queries")
    let result = try objective.evaluate(
      queries: queries.rows, keys: keys.normalized(argument: "keys").rows,
      bank: bank.isEmpty ? nil : bank.rows, workers: workers)
    try bank.enqueue(keys)

    let slope = try queries.backward(result.gradients[.queries, default: projections])
    let gradient = try online.backward(slope, tape: tape, workers: workers)
    return (result.loss, gradient)
  }
}
