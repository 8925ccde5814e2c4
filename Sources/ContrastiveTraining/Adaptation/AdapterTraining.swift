import Contrastive

/// Trains an adapter from pairs of a query and a document.
///
/// Pairs are split by query: some are held out for testing, some of the others decide which epoch
/// is kept. Heads start as the identity, and the epoch of the largest `mrr@10` of the deciding
/// pairs against all documents is kept, the start among them, so that training is kept only where
/// it helps. Documents that training pairs give to a query are no negatives of it.
///
/// Complexity: each step that of its loss, and 6 · rows · D² for the heads; each epoch
/// 2 · deciding pairs · documents · D besides. Memory beyond the inputs: their unit rows, and of a
/// batch of N rows 6 · 4 · N · D bytes a trained side, the loss's own, and 64 · D² for the heads.
public struct AdapterTraining: Sendable {
  /// One epoch.
  public struct Epoch: Sendable, Equatable, Codable {
    /// Its number, from 1; 0 is the start.
    public let epoch: Int
    /// The mean loss of its steps; nil at the start.
    public let loss: Double?
    /// Of the deciding pairs.
    public let mrr: Double
    /// Time of its steps.
    public let seconds: Double

    enum CodingKeys: String, CodingKey {
      case epoch, loss, seconds
      case mrr = "mrr_at_10"
    }
  }

  /// What training gave.
  public struct Result: Sendable {
    /// The adapter of the best epoch.
    public let adapter: Adapter
    /// Every epoch, the start first.
    public let epochs: [Epoch]
    /// Which of them is kept.
    public let best: Int
    /// Numbers of the pairs that were held out, ascending.
    public let heldOut: [Int]
    /// Pairs that were trained on, and that decided.
    public let counts: (training: Int, validation: Int)
    /// Ranks of the pairs that were held out by the embeddings as they were; nil where none were.
    public let before: PairRanks?
    /// The same by the adapted embeddings.
    public let after: PairRanks?
  }

  /// How it is trained.
  public let options: AdapterOptions
  /// The largest rank that is told of pairs that are held out.
  public static let depth = 100

  /// A training with options that are checked.
  ///
  /// - Parameter options: how it is trained.
  /// - Throws: `ContrastiveError.parameter`.
  public init(_ options: AdapterOptions) throws(ContrastiveError) {
    try options.validate()
    self.options = options
  }

  /// Trains.
  ///
  /// - Parameters:
  ///   - queries: [N × D], none of them zeros; of any length.
  ///   - documents: [M × D].
  ///   - pairs: rows of queries and documents that belong together; nil for row i and row i.
  ///   - isOneSet: whether queries and documents are one set, where a row is no document of its
  ///     own.
  ///   - workers: the threads to use; no effect on the result.
  ///   - progress: called after each epoch, the start included; returning false ends training.
  ///   - steps: called after each step with the epoch and the share of it that is done.
  /// - Returns: the adapter and how it came about.
  /// - Throws: `ContrastiveError`.
  public func run(
    queries: Matrix, documents: Matrix, pairs: [(query: Int, document: Int)]? = nil,
    isOneSet: Bool = false, workers: Workers = .all,
    progress: (Epoch) throws(ContrastiveError) -> Bool = { _ in true },
    steps: (_ epoch: Int, _ share: Double) -> Void = { _, _ in }
  ) throws(ContrastiveError) -> Result {
    try Operand("queries", queries).requireRows()
    try Operand("documents", documents).requireDimension(of: Operand("queries", queries))
    if pairs == nil { _ = try Relevance(rowByRow: queries.rows, documents: documents.rows) }
    let pairs = pairs ?? (0..<queries.rows).map { ($0, $0) }
    try requireIndices(pairs.map(\.query), below: queries.rows, named: "pairs")
    try requireIndices(pairs.map(\.document), below: documents.rows, named: "pairs")
    let split = try AdapterSplit(
      pairs, holdout: options.holdout, validation: options.validation, seed: options.seed)
    let deciding = split.validation.map { pairs[$0] }
    var state = try AdapterState(
      queries: queries, documents: documents, training: split.training.map { pairs[$0] },
      options: options, workers: workers)
    func decide(
      _ epoch: Int, _ loss: Double?, _ seconds: Double
    ) throws(ContrastiveError) -> Epoch {
      let ranks = try state.ranks(of: deciding, isOneSet: isOneSet, workers: workers)
      return Epoch(epoch: epoch, loss: loss, mrr: try ranks.mrr(at: 10), seconds: seconds)
    }
    var epochs = [try decide(0, nil, 0)]
    var (best, kept) = (0, state.adapter)
    var goesOn = try progress(epochs[0])
    for epoch in 1..<(options.epochs + 1) where goesOn && epoch - best <= options.patience {
      let start = ContinuousClock.now
      let loss = try state.train(epoch: epoch, workers: workers) { steps(epoch, $0) }
      epochs.append(try decide(epoch, loss, (ContinuousClock.now - start).seconds))
      if epochs[epoch].mrr > epochs[best].mrr { (best, kept) = (epoch, state.adapter) }
      goesOn = try progress(epochs[epoch])
    }
    let test = split.test.map { pairs[$0] }
    var (before, after): (PairRanks?, PairRanks?) = (nil, nil)
    if !test.isEmpty {
      before = try PairRanks(
        of: test, queries: queries, documents: documents, depth: Self.depth, isOneSet: isOneSet,
        workers: workers)
      after = try PairRanks(
        of: test,
        queries: kept.apply(to: queries, side: .queries, argument: "queries", workers: workers),
        documents: kept.apply(
          to: documents, side: .documents, argument: "documents", workers: workers),
        depth: Self.depth, isOneSet: isOneSet, workers: workers)
    }
    return Result(
      adapter: kept, epochs: epochs, best: best, heldOut: split.test,
      counts: (split.training.count, split.validation.count), before: before, after: after)
  }
}
