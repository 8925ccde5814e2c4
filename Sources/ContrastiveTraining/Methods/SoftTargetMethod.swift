import Contrastive

/// What ReSSL and SCE share: queries from a strongly augmented view, keys from a weakly augmented
/// one, and a soft target made from the keys' similarities to a queue of earlier keys.
struct SoftTargetMethod: TrainingMethod {
  /// The strong view and the weak one.
  let views: [ViewRecipe]
  private var queue: KeyQueue
  private let objective: Objective

  /// Compares queries with keys and with the queue, which is nil in the first step.
  typealias Objective =
    @Sendable (
      _ queries: Matrix, _ keys: Matrix, _ bank: Matrix?, _ workers: Workers
    ) throws(ContrastiveError) -> KeyQueue.QueryLoss

  init(
    _ start: MethodStart, capacity: Int?, momentum: Float, objective: @escaping Objective
  ) throws(ContrastiveError) {
    views = [try start.view(), try start.weakView()]
    queue = try KeyQueue(start, capacity: capacity, momentum: momentum, ownKeys: .keep)
    self.objective = objective
  }

  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let objective = objective
    return try queue.step(
      batch, online: &online, workers: workers,
      whenEmpty: { queries, keys throws(ContrastiveError) in
        try objective(queries, keys, nil, workers)
      },
      objective: { found throws(ContrastiveError) in
        try objective(found.queries, found.keys, found.bank, workers)
      })
  }

  /// Exchanges the momentum encoder and the queue.
  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try queue.exchange(&state)
  }
}
