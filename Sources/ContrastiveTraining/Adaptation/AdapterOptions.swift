import Contrastive

/// How an adapter is trained.
public struct AdapterOptions: Sendable {
  /// What a head is made of.
  public var head = AdapterHead.Kind.linear
  /// Units between the two layers of `mlp`; nil for the embeddings' dimension.
  public var hidden: Int?
  /// Which side a head is on.
  public var sides = Adapter.Sides.queries
  /// What it is trained by.
  public var loss: AdapterLoss
  /// Passes over the training pairs at most.
  public var epochs = 20
  /// Pairs of a batch; 0 for all training pairs.
  ///
  /// The training pairs are cut into batches of about this size, as equal as can be. Those of
  /// `hcl`, `dcl` and `decoupled`, which are defined for 2 pairs or more, have at least 2.
  public var batchSize = 1024
  /// The highest learning rate of AdamW, which falls along half a cosine.
  public var rate: Float = 1e-3
  /// Weight decay toward the identity.
  public var weightDecay: Float = 1
  /// The share of the pairs that is held out for testing; 0 for none.
  public var holdout = 0.1
  /// The share of the others that decides which epoch is kept.
  public var validation = 0.1
  /// Epochs without a better one after which training ends.
  public var patience = 5
  /// Mined negatives of each query that join the batch's; 0 for none.
  public var hardNegatives = 0
  /// What of the documents is mined.
  public var mining = HardNegatives.Options()
  /// Whether all documents of training pairs are negatives, not the batch's alone.
  public var usesAllDocuments = false
  /// Length of the normal noise added to each training row of a trained side, relative to its own.
  public var noise = 0.0
  /// The chance that an element of a training row of a trained side is set to zero; where all of a
  /// row's would be, the one of the largest draw stays.
  public var dropout = 0.0
  /// Random seed of the split, the order, the noise and the first layer of an mlp.
  public var seed: UInt64 = 0

  /// The defaults.
  ///
  /// - Parameter loss: what heads are trained by.
  public init(loss: AdapterLoss) { self.loss = loss }

  /// Puts heads on the sides that are given; else on the queries', and for one set on both at once.
  ///
  /// - Parameters:
  ///   - given: what the user asked for; nil for nothing.
  ///   - isOneSet: whether queries and documents are one set.
  /// - Throws: `ContrastiveError.parameter` for what one set cannot have.
  package mutating func setSides(
    _ given: Adapter.Sides?, isOneSet: Bool
  ) throws(ContrastiveError) {
    sides = given ?? (isOneSet ? .shared : .queries)
    guard isOneSet else { return }
    try requireParameter(
      sides == .shared, "sides", sides.rawValue,
      "shared: with positives neighbors every row is a query and a document")
    try requireParameter(
      !usesAllDocuments, "all-documents", "positives neighbors, whose documents are trained, too",
      "positives clusters, or pairs")
  }

  /// Checks the ranges.
  ///
  /// - Throws: `ContrastiveError.parameter`.
  package func validate() throws(ContrastiveError) {
    for (name, value, least) in [
      ("epochs", epochs, 0), ("batch-size", batchSize, 0), ("patience", patience, 1),
      ("hard-negatives", hardNegatives, 0), ("hidden", hidden ?? 1, 1),
    ] where value < least {
      throw .parameter(name: name, found: "\(value)", expected: "at least \(least)")
    }
    try requireParameter(epochs <= 1_000_000_000, "epochs", epochs, "at most 1000000000")
    try requireParameter(
      batchSize != 1, "batch-size", "1",
      "at least 2, or 0 for all: the others are the negatives")
    for (name, value, most) in [("holdout", holdout, 0.9), ("dropout", dropout, 0.99)]
    where !(0...most ~= value) {
      throw .parameter(name: name, found: "\(value)", expected: "0 … \(most)")
    }
    try requireParameter(
      validation > 0 && validation <= 0.5, "validation", validation, "above 0 and at most 0.5")
    for (name, value) in [
      ("rate", Double(rate)), ("weight-decay", Double(weightDecay)), ("noise", noise),
    ] where !(value >= 0 && value.isFinite) {
      throw .parameter(name: name, found: "\(value)", expected: "0 or more")
    }
    if hardNegatives > 0 || usesAllDocuments {
      try requireParameter(
        loss.takesBank, usesAllDocuments ? "all-documents" : "hard-negatives",
        "the loss \(loss.name.rawValue)", "infonce: the others have the batch's negatives alone")
    }
    try requireParameter(
      !usesAllDocuments || sides == .queries, "all-documents", "sides \(sides.rawValue)",
      "queries: documents that are trained are in a batch")
    if case .drawn? = loss.negatives.mixing, hardNegatives == 0, !usesAllDocuments {
      throw .parameter(
        name: "mix", found: "the batch alone",
        expected: "--hard-negatives or --all-documents, whose rows are mixed")
    }
  }
}

/// How pairs are split: by query, so that no query is on both sides.
struct AdapterSplit: Sendable, Equatable {
  /// Numbers of the pairs, ascending.
  let training: [Int]
  let validation: [Int]
  let test: [Int]

  /// A seeded split.
  ///
  /// Throws `ContrastiveError.shape` where there are too few pairs or queries.
  init(
    _ pairs: [(query: Int, document: Int)], holdout: Double, validation share: Double,
    seed: UInt64
  ) throws(ContrastiveError) {
    var groups: [[Int]] = []
    var places: [Int: Int] = [:]
    for (number, pair) in pairs.enumerated() {
      if let place = places[pair.query] {
        groups[place].append(number)
      } else {
        places[pair.query] = groups.count
        groups.append([number])
      }
    }
    var random = CounterRandom.stream(.selection, seed: seed)
    var left = random.permutation(groups.count)[...]
    func take(_ count: Int) -> [Int] {
      var taken: [Int] = []
      while taken.count < count, let group = left.popFirst() { taken += groups[group] }
      return taken.sorted()
    }
    let all = Double(pairs.count)
    test = holdout > 0 ? take(max(1, Int((holdout * all).rounded()))) : []
    validation = take(max(1, Int((share * (all - Double(test.count))).rounded())))
    training = take(.max)
    try requireShape(
      training.count >= 2, "pairs", "\(pairs.count) pairs of \(groups.count) queries",
      "enough for at least 2 to train on, 1 to decide by and 1 to test with")
  }
}
