import Contrastive
import ContrastiveFiles

/// The files of an adapter's run.
///
/// ```
/// config.json           its options
/// metrics.jsonl         one line per epoch (`AdapterTraining.Epoch`), the start first
/// adapter.safetensors   the adapter of the best epoch (`AdapterFile`)
/// held-out.npy          I64, the numbers of the pairs that were held out
/// result.json           `AdapterResult`
/// examples.json         pairs that were won and lost (`AdapterExamples`)
/// ```
public struct AdapterFolder: Sendable {
  /// The folder.
  public let path: String

  /// A folder of a run that exists or is to be made.
  public init(path: String) { self.path = path }

  /// The adapter's file.
  public var adapterPath: String { "\(path)/adapter.safetensors" }

  /// Checks that the folder holds no run.
  ///
  /// - Throws: `ContrastiveError.file`.
  public func requireNew() throws(ContrastiveError) {
    guard AtomicFile.discardsAll || !fileExists("\(path)/config.json") else {
      throw .file(path: path, problem: "already holds a run; choose another output folder")
    }
  }

  /// Makes the folder, with those above it, and writes `config.json`.
  ///
  /// - Parameter configuration: the options.
  /// - Throws: `ContrastiveError.file` when the folder already holds a run or cannot be written.
  public func create(_ configuration: some Encodable) throws(ContrastiveError) {
    try requireNew()
    try Folder.make(path)
    try AtomicFile.write(
      JSONText.encode(configuration, pretty: true) + "\n", to: "\(path)/config.json")
  }

  /// Adds a line to `metrics.jsonl`.
  ///
  /// - Parameter epoch: the epoch just done.
  /// - Throws: `ContrastiveError.file`.
  public func append(_ epoch: AdapterTraining.Epoch) throws(ContrastiveError) {
    try LineLog(path: "\(path)/metrics.jsonl").append(JSONText.encode(epoch))
  }

  /// Writes what training gave; `result.json` last, which says that the run is complete.
  ///
  /// - Parameters:
  ///   - result: what training gave.
  ///   - summary: what `result.json` says.
  ///   - examples: pairs to show.
  /// - Throws: `ContrastiveError.file`.
  public func finish(
    _ result: AdapterTraining.Result, summary: some Encodable, examples: AdapterExamples
  ) throws(ContrastiveError) {
    try AdapterFile(result.adapter).write(to: adapterPath)
    try NPYFile.write(
      Tensor(.int64(result.heldOut.map(Int64.init))), to: "\(path)/held-out.npy")
    try AtomicFile.write(
      JSONText.encode(examples, pretty: true) + "\n", to: "\(path)/examples.json")
    try AtomicFile.write(
      JSONText.encode(summary, pretty: true) + "\n", to: "\(path)/result.json")
  }
}

/// How well pairs that were held out are found, as `result.json` has it.
public struct AdapterMeasures: Codable, Sendable, Equatable {
  /// The share of the pairs whose document is first.
  public let recallAt1: Double
  /// The share of the pairs whose document is among the first ten.
  public let recallAt10: Double
  /// The mean reciprocal rank.
  public let mrrAt10: Double
  /// The mean discounted gain.
  public let ndcgAt10: Double

  enum CodingKeys: String, CodingKey {
    case recallAt1 = "recall_at_1"
    case recallAt10 = "recall_at_10"
    case mrrAt10 = "mrr_at_10"
    case ndcgAt10 = "ndcg_at_10"
  }

  /// Those of some ranks, at least ten deep.
  public init(_ ranks: PairRanks) throws(ContrastiveError) {
    recallAt1 = try ranks.recall(at: 1)
    recallAt10 = try ranks.recall(at: 10)
    mrrAt10 = try ranks.mrr(at: 10)
    ndcgAt10 = try ranks.ndcg(at: 10)
  }
}

/// The result of one seed, as `result.json` has it.
public struct AdapterResult: Codable, Sendable {
  /// Random seed.
  public let seed: UInt64
  /// Of the pairs that were held out, by the embeddings as they were; nil where none were.
  public let before: AdapterMeasures?
  /// The same by the adapted embeddings.
  public let after: AdapterMeasures?
  /// Pairs that were held out.
  public let heldOut: Int
  /// Pairs that were trained on.
  public let training: Int
  /// Pairs that decided which epoch is kept.
  public let validation: Int
  /// The epoch that is kept, 0 for the start.
  public let bestEpoch: Int
  /// `mrr@10` of the deciding pairs at the start.
  public let validationBefore: Double
  /// The same of the epoch that is kept.
  public let validationAfter: Double
  /// Time of the steps.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case seed, before, after, seconds
    case heldOut = "held_out_pairs"
    case training = "training_pairs"
    case validation = "validation_pairs"
    case bestEpoch = "best_epoch"
    case validationBefore = "validation_mrr_at_10_before"
    case validationAfter = "validation_mrr_at_10_after"
  }

  /// That of a training.
  public init(_ result: AdapterTraining.Result, seed: UInt64) throws(ContrastiveError) {
    self.seed = seed
    before = try result.before.map(AdapterMeasures.init)
    after = try result.after.map(AdapterMeasures.init)
    heldOut = result.heldOut.count
    training = result.counts.training
    validation = result.counts.validation
    bestEpoch = result.best
    validationBefore = result.epochs[0].mrr
    validationAfter = result.epochs[result.best].mrr
    seconds = result.epochs.reduce(0) { $0 + $1.seconds }
  }
}

/// Pairs that an adapter has moved most, for a report.
public struct AdapterExamples: Codable, Sendable {
  /// One pair; ranks are nil beyond `AdapterTraining.depth`.
  public struct Example: Codable, Sendable {
    /// The pair's number.
    public let pair: Int
    /// The text of the query, or its number.
    public let query: String
    /// The text of the document, or its number.
    public let document: String
    /// Its rank before.
    public let before: Int?
    /// Its rank after.
    public let after: Int?
  }

  /// Whose reciprocal rank rose most.
  public let won: [Example]
  /// Whose reciprocal rank fell most.
  public let lost: [Example]
  /// Pairs that rose.
  public let risen: Int
  /// Pairs that fell.
  public let fallen: Int

  /// Picks them.
  ///
  /// - Parameters:
  ///   - result: what training gave.
  ///   - count: how many of each to show at most.
  ///   - name: what a pair's query and document are called, by the pair's number.
  public init(
    _ result: AdapterTraining.Result, count: Int = 20,
    name: (_ pair: Int) -> (query: String, document: String)
  ) {
    guard let before = result.before?.ranks, let after = result.after?.ranks else {
      (won, lost, risen, fallen) = ([], [], 0, 0)
      return
    }
    func worth(_ rank: Int?) -> Double { rank.map { 1 / Double($0) } ?? 0 }
    let gains = zip(before, after).map { worth($1) - worth($0) }
    let order = gains.indices.sorted { (gains[$1], $0) < (gains[$0], $1) }
    func example(_ place: Int) -> Example {
      let names = name(result.heldOut[place])
      return Example(
        pair: result.heldOut[place], query: names.query, document: names.document,
        before: before[place], after: after[place])
    }
    won = order.prefix(count).filter { gains[$0] > 0 }.map(example)
    lost = order.reversed().prefix(count).filter { gains[$0] < 0 }.map(example)
    risen = gains.count { $0 > 0 }
    fallen = gains.count { $0 < 0 }
  }
}
