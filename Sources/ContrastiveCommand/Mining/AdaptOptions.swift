import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTraining

/// `--head`, `--sides`, `--hidden`.
struct AdapterHeadOptions: ParsableArguments {
  @Option(help: "What a head is made of: linear or mlp.")
  var head: AdapterHead.Kind = .linear

  @Option(help: "Units between the two layers of an mlp. (default: the embeddings' dimension)")
  var hidden: Int?

  @Option(
    help: """
      Which side a head is on: queries, both or shared. (default: queries; shared with \
      --positives neighbors)
      """)
  var sides: Adapter.Sides?
}

/// `--loss`, `--temperature`, and the choice of negatives.
struct AdapterLossOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Objective: \(AdapterLoss.Name.allCases.map(\.rawValue).joined(separator: ", "))."))
  var loss: AdapterLoss.Name = .infonce

  @Option(help: "Temperature.")
  var temperature: Double = 0.05

  @Option(help: "Added to the logits of siglip.")
  var bias: Double = -10

  @OptionGroup var falseNegatives: FalseNegativeOptions

  @Option(
    help: ArgumentHelp(
      """
      Keep the negatives whose rank of similarity is between these fractions. (default: all)
      """, valueName: "inner,outer"))
  var ring: RingFractions?

  @OptionGroup var mixing: MixingOptions
  @OptionGroup var hardness: HardnessOptions

  /// What they say.
  func value() throws -> AdapterLoss {
    var (given, mixes) = (CallOptions(hardness.options), CallOptions(mixing.options))
    return try AdapterLoss(
      loss, temperature: temperature,
      choosing: Negatives(
        falseNegatives: falseNegatives.treatment(),
        ring: ring.map { try Ring(outer: $0.outer, inner: $0.inner, innerMode: .static) },
        mixing: Mixing(&mixes), hardness: HardNegativeWeights(&given)), bias: bias)
  }
}

extension FalseNegativeOptions {
  /// What they say, without support.
  func treatment() throws -> FalseNegativeTreatment? {
    guard falseNegativesTop != nil || falseNegativesAbove != nil else { return nil }
    return FalseNegativeTreatment(
      try FalseNegatives(
        topK: falseNegativesTop ?? .max, threshold: falseNegativesAbove,
        aggregate: falseNegativesAggregate), mode: falseNegativesMode)
  }
}

/// How training goes.
struct AdapterTrainingOptions: ParsableArguments {
  @Option(help: "Passes over the training pairs at most.")
  var epochs: Int = 20

  @Option(help: "Pairs of a batch; 0 for all training pairs at once.")
  var batchSize: Int = 1024

  @Option(help: "Highest learning rate of AdamW.")
  var rate: Float = 1e-3

  @Option(help: "Weight decay toward the identity.")
  var weightDecay: Float = 1

  @Option(help: "Share of the pairs that is held out for testing; 0 for none.")
  var holdout: Double = 0.1

  @Option(help: "Share of the others that decides which epoch is kept.")
  var validation: Double = 0.1

  @Option(help: "Epochs without a better one after which training ends.")
  var patience: Int = 5

  @Option(help: "Mined negatives of each query that join the batch's.")
  var hardNegatives: Int = 0

  @Option(help: "Mined from this many most similar documents.")
  var candidates: Int = 100

  @Option(help: "Share of the own document's similarity that a mined negative stays below.")
  var below: Double = 0.95

  @Option(help: "Most similar documents that mining passes over.")
  var skipTop: Int = 0

  @Flag(help: "All documents of training pairs are negatives, not the batch's alone.")
  var allDocuments = false

  @Option(help: "Length of the noise added to training rows, relative to theirs.")
  var noise: Double = 0

  @Option(help: "Chance that an element of a training row is set to zero.")
  var dropout: Double = 0

  @Option(help: "Random seed.")
  var seed: UInt64 = 0

  @Option(help: "How many seeds to train, from --seed on.")
  var seeds: Int = 1

  /// What they say.
  func options(
    head: AdapterHeadOptions, loss: AdapterLoss
  ) throws(ContrastiveError) -> AdapterOptions {
    var options = AdapterOptions(loss: loss)
    options.head = head.head
    options.hidden = head.hidden
    options.epochs = epochs
    options.batchSize = batchSize
    options.rate = rate
    options.weightDecay = weightDecay
    options.holdout = holdout
    options.validation = validation
    options.patience = patience
    options.hardNegatives = hardNegatives
    options.mining.candidates = candidates
    options.mining.below = below
    options.mining.skipTop = skipTop
    try options.mining.validate()
    options.usesAllDocuments = allDocuments
    options.noise = noise
    options.dropout = dropout
    options.seed = seed
    return options
  }
}

extension AdapterHead.Kind: ExpressibleByArgument {}
extension Adapter.Sides: ExpressibleByArgument {}
extension Adapter.Side: ExpressibleByArgument {}
extension AdapterLoss.Name: ExpressibleByArgument {}

/// `config.json` of an adapter's run.
struct AdaptConfiguration: Encodable {
  let method = "adapt"
  let queries: String
  let documents: String?
  let pairs: String?
  let positives: AdaptCommand.Positives?
  let head: AdapterHead.Kind
  let sides: Adapter.Sides
  let loss: AdapterLoss.Name
  let temperature: Double
  let epochs: Int
  let batchSize: Int
  let rate: Float
  let weightDecay: Float
  let holdout: Double
  let validation: Double
  let patience: Int
  let hardNegatives: Int
  let allDocuments: Bool
  let noise: Double
  let dropout: Double
  let seed: UInt64
  /// What multiplied: the last bits depend on it.
  let product: MatrixProduct

  enum CodingKeys: String, CodingKey {
    case method, queries, documents, pairs, positives, head, sides, loss, temperature, epochs
    case rate, holdout, validation, patience, noise, dropout, seed, product
    case batchSize = "batch_size"
    case weightDecay = "weight_decay"
    case hardNegatives = "hard_negatives"
    case allDocuments = "all_documents"
  }

  init(_ command: AdaptCommand, _ options: AdapterOptions, product: MatrixProduct) {
    queries = command.queries
    documents = command.documents
    pairs = command.pairs
    positives = command.positives
    head = options.head
    sides = options.sides
    loss = options.loss.name
    temperature = options.loss.temperature
    epochs = options.epochs
    batchSize = options.batchSize
    rate = options.rate
    weightDecay = options.weightDecay
    holdout = options.holdout
    validation = options.validation
    patience = options.patience
    hardNegatives = options.hardNegatives
    allDocuments = options.usesAllDocuments
    noise = options.noise
    dropout = options.dropout
    seed = options.seed
    self.product = product
  }
}
