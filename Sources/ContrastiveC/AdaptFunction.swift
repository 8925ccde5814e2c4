public import CContrastive
import Contrastive
import ContrastiveCalls
import ContrastiveTensors
import ContrastiveTraining

/// Trains a head on frozen embeddings.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_adapt(
  _ inputs: UnsafePointer<contrastive_tensor>!, _ input_count: Int,
  _ options: UnsafePointer<CChar>!, _ control: UnsafePointer<contrastive_control>!,
  _ adapter: UnsafeMutablePointer<OpaquePointer?>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt {
    let target = try required(adapter, named: "adapter")
    let place = TrainingPlace()
    let workers = try Workers(control, training: place)
    let call = try AdaptCall(
      CallerTensors(inputs, count: input_count), objectOptions(options), workers: workers)
    let trained = try AdapterTraining(call.options).run(
      queries: call.queries, documents: call.documents, pairs: call.pairs,
      isOneSet: call.isOneSet, workers: workers, steps: place.move)
    if let result = result as UnsafeMutablePointer<OpaquePointer?>? {
      let report = AdaptReport(
        result: try AdapterResult(trained, seed: call.options.seed), epochs: trained.epochs)
      ResultHandle(
        report: try JSONValue(encoding: report),
        tensors: ["held-out": Tensor(.int64(trained.heldOut.map(Int64.init)))]
      ).handOut(to: result)
    }
    AdapterHandle(trained.adapter).handOut(to: target)
  }
}

/// What is trained on, and how.
private struct AdaptCall {
  let options: AdapterOptions
  let queries: Matrix
  let documents: Matrix
  let pairs: [(query: Int, document: Int)]?
  let isOneSet: Bool

  /// Where pairs come from.
  private enum Positives: String, CaseIterable { case pairs, neighbors, clusters }

  init(_ tensors: CallerTensors, _ given: [String: JSONValue], workers: Workers) throws {
    var words = CallOptions(given)
    let positives = try words.choice("positives", default: Positives.pairs)
    let (neighbors, clusters) = try (
      words.integer("neighbors", default: 5), words.integer("clusters")
    )
    let sides = try words.choice("sides", of: Adapter.Sides.self)
    var options = try AdapterOptions(&words)
    try words.requireAllKnown(by: "adapt")
    for (name, owner, isUsed) in [
      ("neighbors", "positives neighbors", positives == .neighbors),
      ("clusters", "positives clusters", positives == .clusters),
      ("hidden", "head mlp", options.head == .mlp),
      ("bias", "loss siglip", options.loss.name == .siglip),
      ("candidates", "hard-negatives", options.hardNegatives > 0),
      ("below", "hard-negatives", options.hardNegatives > 0),
      ("skip-top", "hard-negatives", options.hardNegatives > 0),
    ] {
      try words.requireNone(name, without: owner, isUsed)
    }
    isOneSet = positives == .neighbors
    try options.setSides(sides, isOneSet: isOneSet)
    try options.validate()
    try tensors.requireOnly(
      positives == .pairs ? ["queries", "documents", "pairs"] : ["queries"])
    queries = try tensors.required("queries")
    switch positives {
    case .pairs:
      documents = try tensors.required("documents")
      pairs = try tensors.optional("pairs").map { pairs in
        try Relevance.Judgment.pairs(
          of: Relevance.Judgment.all(in: pairs.tensor(), argument: "pairs"), argument: "pairs")
      }
    case .neighbors:
      let made = try MadePairs.neighbors(
        queries, count: neighbors, seed: options.seed, workers: workers)
      documents = made.documents
      pairs = made.pairs
    case .clusters:
      let made = try MadePairs.clusters(
        queries, count: clusters, seed: options.seed, workers: workers)
      documents = made.documents
      pairs = made.pairs
    }
    self.options = options
  }
}

extension AdapterOptions {
  /// The options of `contrastive adapt`.
  fileprivate init(_ words: inout CallOptions) throws {
    let choice = try AdapterNegativeChoice(&words)
    let name = try words.choice("loss", default: AdapterLoss.Name.infonce)
    self.init(
      loss: try AdapterLoss(
        name, temperature: words.number("temperature", default: 0.05),
        choosing: choice.value(weights: name.standardWeights),
        bias: words.number("bias", default: -10)))
    head = try words.choice("head", default: head)
    hidden = try words.integer("hidden")
    epochs = try words.integer("epochs", default: epochs)
    batchSize = try words.integer("batch-size", default: batchSize)
    rate = try words.number("rate").map { Float($0) } ?? rate
    weightDecay = try words.number("weight-decay").map { Float($0) } ?? weightDecay
    holdout = try words.number("holdout", default: holdout)
    validation = try words.number("validation", default: validation)
    patience = try words.integer("patience", default: patience)
    hardNegatives = try words.integer("hard-negatives", default: hardNegatives)
    mining.candidates = try words.integer("candidates", default: mining.candidates)
    mining.below = try words.number("below", default: mining.below)
    mining.skipTop = try words.integer("skip-top", default: mining.skipTop)
    try mining.validate()
    usesAllDocuments = try words.flag("all-documents")
    noise = try words.number("noise", default: noise)
    dropout = try words.number("dropout", default: dropout)
    seed = try words.seed("seed")
  }
}

/// The report: what `result.json` has, and the epochs.
private struct AdaptReport: Encodable {
  let result: AdapterResult
  let epochs: [AdapterTraining.Epoch]

  private enum CodingKeys: String, CodingKey { case epochs }

  func encode(to encoder: any Encoder) throws {
    try result.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(epochs, forKey: .epochs)
  }
}
