import Contrastive

/// A momentum encoder and the queue of its keys: what momentum contrast and its descendants share.
///
/// A step encodes the queries, moves the momentum encoder, encodes the keys, compares with the
/// queue as it was, and only then adds the keys to it, each with its image's id. The queue starts
/// empty, not with random rows: in the very first step the batch's own keys take its place.
struct KeyQueue: Sendable {
  private(set) var momentum: MomentumEncoder
  private(set) var bank: QueueBank
  /// How earlier keys of the query's own image are treated.
  let ownKeys: OwnEntries

  /// Queries and keys of a batch with the queue they are compared with, which is not empty.
  struct Comparison {
    /// [batch × D], of unit length.
    let queries: Matrix
    /// [batch × D], of unit length; row i is query i's positive.
    let keys: Matrix
    /// The queue as columns, with those that are excluded for each query.
    let columns: BankColumns
    /// The queue's rows.
    let bank: Matrix
  }

  /// An objective's loss with its gradient for the queries.
  struct QueryLoss {
    let loss: Double
    let gradient: Matrix?

    init<O: Objective>(_ evaluation: Evaluation<O>, _ queries: O.Variable) {
      loss = evaluation.loss
      gradient = evaluation[queries]
    }
  }

  /// An empty queue.
  ///
  /// - Parameters:
  ///   - start: the encoder to follow.
  ///   - capacity: keys it holds; a batch when nil.
  ///   - momentum: m in θ_key ← m θ_key + (1 − m) θ_online.
  ///   - ownKeys: how earlier keys of the query's own image are treated.
  /// - Throws: `ContrastiveError.parameter`.
  init(
    _ start: MethodStart, capacity: Int?, momentum: Float, ownKeys: OwnEntries = .exclude
  ) throws(ContrastiveError) {
    self.momentum = try MomentumEncoder(start.online, momentum: momentum)
    self.ownKeys = ownKeys
    bank = try QueueBank(
      capacity: capacity ?? start.options.batchSize, dimension: start.online.projectionDimension)
  }

  /// One step: queries from view 0, keys from view 1; the first compares by `InfoNCE` in the batch.
  ///
  /// - Parameters:
  ///   - batch: the two views of some images.
  ///   - online: the encoder that is trained.
  ///   - temperature: of the first step's comparison in the batch.
  ///   - workers: the threads to use.
  ///   - objective: compares the queries with the queue.
  /// - Returns: the loss and the encoder's gradient.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, temperature: Double, workers: Workers,
    objective: (Comparison) throws(ContrastiveError) -> QueryLoss
  ) throws(ContrastiveError) -> StepGradient {
    try step(
      batch, online: &online, workers: workers,
      whenEmpty: { queries, keys throws(ContrastiveError) in
        QueryLoss(
          try InfoNCE(temperature: temperature).evaluate(
            queries: queries, keys: keys, workers: workers), .queries)
      }, objective: objective)
  }

  /// One step: queries from view 0, keys from view 1.
  ///
  /// - Parameters:
  ///   - batch: the two views of some images.
  ///   - online: the encoder that is trained.
  ///   - workers: the threads to use.
  ///   - whenEmpty: compares the queries with their keys in the first step.
  ///   - objective: compares the queries with the queue.
  /// - Returns: the loss and the encoder's gradient.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers,
    whenEmpty: (_ queries: Matrix, _ keys: Matrix) throws(ContrastiveError) -> QueryLoss,
    objective: (Comparison) throws(ContrastiveError) -> QueryLoss
  ) throws(ContrastiveError) -> StepGradient {
    let queries = try ViewProjections(of: [batch.views[0]], by: &online, workers: workers)
    try momentum.update(from: online, workers: workers)
    let keys = try momentum.encoder.projections(
      of: batch.views[1], mode: .training, workers: workers
    ).directions(argument: "keys").rows
    let result: QueryLoss
    if bank.isEmpty {
      result = try whenEmpty(queries.rows, keys)
    } else {
      result = try objective(
        Comparison(
          queries: queries.rows, keys: keys,
          columns: bank.columns(for: batch.indices, own: ownKeys), bank: bank.rows))
    }
    try bank.enqueue(keys, ids: batch.indices, step: batch.step)
    let gradient = result.gradient ?? Matrix(zeros: keys.rows, by: keys.columns)
    return StepGradient(
      loss: result.loss,
      encoder: try queries.backward(gradient, through: online, workers: workers),
      measures: ["embedding_spread": queries.rows.unitSpread()])
  }
}

extension KeyQueue {
  /// The momentum encoder's projections of all images, of unit length: what an E-step clusters.
  func unitProjections(
    _ epoch: EpochStart, workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    try epoch.projections(by: momentum.encoder, workers: workers)
      .directions(argument: "projections").rows
  }
}

extension KeyQueue: Stateful {
  /// Exchanges the momentum encoder and the queue.
  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("momentum", &momentum)
    try state("bank", &bank)
  }
}

extension OwnEntries: Codable {}
