import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors
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

  @Option(help: "Added to the logits of siglip. (default: -10)")
  var bias: Double?

  @OptionGroup var negatives: DescribedOptions<AdapterNegativeChoice, NegativesSection>

  /// What they say.
  func value() throws -> AdapterLoss {
    var words = CallOptions(negatives.values)
    return try AdapterLoss(
      loss, temperature: temperature,
      choosing: AdapterNegativeChoice(&words).value(weights: loss.standardWeights),
      bias: bias ?? -10)
  }

  /// The options that choose negatives, with the values used.
  var used: [String: JSONValue] {
    var words = CallOptions(negatives.values)
    // What is wrong with them was said before.
    _ = try? AdapterNegativeChoice(&words)
    return words.used
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

  @Option(help: "Mined from this many most similar documents. (default: 100)")
  var candidates: Int?

  @Option(
    help: """
      Share of the own document's similarity that a mined negative stays below. (default: 0.95)
      """)
  var below: Double?

  @Option(help: "Most similar documents that mining passes over. (default: 0)")
  var skipTop: Int?

  @Flag(help: "All documents of training pairs are negatives, not the batch's alone.")
  var allDocuments = false

  @Option(help: "Length of the noise added to training rows, relative to theirs.")
  var noise: Double = 0

  @Option(
    help: """
      Chance that an element of a training row is set to zero; one of a row stays in any case.
      """)
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
    options.mining.candidates = candidates ?? options.mining.candidates
    options.mining.below = below ?? options.mining.below
    options.mining.skipTop = skipTop ?? options.mining.skipTop
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

/// `config.json` of an adapter's run: every option that takes part, with the value used.
struct AdaptConfiguration: Encodable {
  private let options: [String: JSONValue]

  init(_ command: AdaptCommand, _ options: AdapterOptions, product: MatrixProduct) {
    var all: [String: JSONValue?] = [
      "method": .text("adapt"), "queries": .text(command.queries),
      "documents": command.documents.map(JSONValue.text),
      "pairs": command.pairs.map(JSONValue.text),
      "positives": command.positives.map { .text($0.rawValue) },
      "neighbors": command.positives == .neighbors ? .integer(command.neighbors ?? 5) : nil,
      "clusters": command.positives == .clusters ? command.clusters.map(JSONValue.integer) : nil,
      "query_texts": command.queryTexts.map(JSONValue.text),
      "document_texts": command.documentTexts.map(JSONValue.text),
      "head": .text(options.head.rawValue),
      "hidden": options.head == .mlp ? options.hidden.map(JSONValue.integer) : nil,
      "sides": .text(options.sides.rawValue), "loss": .text(options.loss.name.rawValue),
      "temperature": .number(options.loss.temperature),
      "bias": options.loss.name == .siglip ? .number(options.loss.bias) : nil,
      "epochs": .integer(options.epochs), "batch_size": .integer(options.batchSize),
      "rate": .number(options.rate.inDecimals),
      "weight_decay": .number(options.weightDecay.inDecimals),
      "holdout": .number(options.holdout), "validation": .number(options.validation),
      "patience": .integer(options.patience), "hard_negatives": .integer(options.hardNegatives),
      "all_documents": .flag(options.usesAllDocuments), "noise": .number(options.noise),
      "dropout": .number(options.dropout), "seed": .unsigned(options.seed),
      // What multiplied: the last bits depend on it.
      "product": .text(product.rawValue),
    ]
    if options.hardNegatives > 0 {
      all["candidates"] = .integer(options.mining.candidates)
      all["below"] = .number(options.mining.below)
      all["skip_top"] = .integer(options.mining.skipTop)
    }
    for (name, value) in command.loss.used { all[name.replacing("-", with: "_")] = value }
    if let weights = options.loss.weightsInUse {
      all["beta"] = .number(weights.beta)
      all["tau_plus"] = .number(weights.tauPlus)
      all["detach_weights"] = .flag(weights.detached)
    }
    self.options = all.compactMapValues(\.self)
  }

  func encode(to encoder: any Encoder) throws { try options.encode(to: encoder) }
}

extension Float {
  /// The number that has the same few decimals, as a user wrote it.
  fileprivate var inDecimals: Double { Double("\(self)") ?? Double(self) }
}
