import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveFiles
import ContrastiveTraining

/// `contrastive adapt`.
struct AdaptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapt",
    abstract: "Train a head on frozen embeddings, so that queries find their documents better.",
    discussion: """
      A head is linear (a square matrix) or mlp (two layers beside the identity); it starts as the \
      identity, and weight decay pulls it back there. It is on the queries' side alone, on both \
      sides, or one for both (shared). Rows are normalized before and after.

      Pairs are split by query: --holdout of them are for testing, --validation of the others \
      decide which epoch is kept, by mrr_at_10 against all documents; the start is one of them. \
      Documents that training pairs give to a query are no negatives of it.

      Losses: infonce, clip (both directions), ntxent, hcl, dcl, decoupled, fnc, siglip. Negatives \
      are the batch's, all documents of training pairs (--all-documents), or mined ones besides \
      (--hard-negatives, within --below of the own document's similarity); false ones are dropped \
      or attracted with --false-negatives-…, and --ring, --beta, --tau-plus and --mix choose and \
      weigh as in `contrastive loss`. Each step draws anew: its number, from 0, is added to \
      --ring-step and --mix-step. hcl and dcl have weights without --beta and --tau-plus, too, and \
      with one of them keep the other.

      Without pairs, --positives makes them of --queries alone: neighbors takes each row's least \
      similar among the ends of walks of three steps over the graph of nearest neighbors (InvP), \
      clusters the centroid of each row's cluster (PCL); --noise and --dropout make views.

      The folder gets config.json, adapter.safetensors, result.json (before and after, each \
      recall_at_1, recall_at_10, mrr_at_10 and ndcg_at_10 of the held-out pairs), held-out.npy, \
      metrics.jsonl and examples.json; with --seeds also a folder for each further seed. \
      `contrastive embed` applies the head, `contrastive report` shows what it is worth.

      Examples:
        contrastive adapt --queries q.npy --documents d.npy --output adapted
        contrastive embed --run adapted --vectors q.npy --side queries --output new.npy
        contrastive report adapted
      """)

  @Option(help: "Embeddings of the queries.")
  var queries: String

  @Option(help: "Embeddings of the documents.")
  var documents: String?

  @Option(
    help: """
      Which belong together: .npy I64 [n,2] of query row and document row, or [n,3] with a grade, \
      of at least 1 where they do. (default: row i and row i)
      """)
  var pairs: String?

  @Option(help: "Make pairs of the queries alone: neighbors or clusters.")
  var positives: Positives?

  @Option(help: "Neighbors of each row for --positives neighbors. (default: 5)")
  var neighbors: Int?

  @Option(
    help: "Clusters for --positives clusters. (default: a tenth of the rows, if so many differ)")
  var clusters: Int?

  @Option(name: .shortAndLong, help: "Folder of the run to make.")
  var output: String

  @OptionGroup(title: "The head") var head: AdapterHeadOptions
  @OptionGroup(title: "The loss") var loss: AdapterLossOptions
  @OptionGroup(title: "The training") var training: AdapterTrainingOptions

  @Option(help: "Texts of the queries for the report: a text a line, or file.csv:column.")
  var queryTexts: String?

  @Option(help: "Texts of the documents for the report: a text a line, or file.csv:column.")
  var documentTexts: String?

  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    try requireUse()
    var options = try training.options(head: head, loss: loss.value())
    try options.setSides(head.sides, isOneSet: positives == .neighbors)
    try options.validate()
    guard training.seeds >= 1 else {
      throw ContrastiveError.parameter(
        name: "seeds", found: "\(training.seeds)", expected: "at least 1")
    }
    let workers = try parallel.workers
    try requireFolderName(output, named: "output")
    try AdapterFolder(path: output).requireNew()
    let data = try AdaptData(self, workers: workers)
    var results: [AdapterResult] = []
    for place in 0..<training.seeds {
      options.seed = training.seed &+ UInt64(place)
      let folder = AdapterFolder(path: place == 0 ? output : "\(output)/seed-\(options.seed)")
      let configuration = AdaptConfiguration(self, options, product: workers.product)
      let display = AdaptDisplay(
        epochs: options.epochs, seed: training.seeds > 1 ? options.seed : nil)
      let result: AdapterTraining.Result
      do throws(ContrastiveError) {
        result = try AdapterTraining(options).run(
          queries: data.queries, documents: data.documents, pairs: data.pairs,
          isOneSet: data.isOneSet, workers: workers
        ) { epoch throws(ContrastiveError) in
          // Nothing is made for what is refused.
          if epoch.epoch == 0 { try folder.create(configuration) }
          try folder.append(epoch)
          display.show(epoch)
          return true
        }
      } catch {
        throw error.naming([
          "queries": queries, "documents": documents ?? queries, "pairs": pairs ?? "pairs",
        ])
      }
      let summary = try AdapterResult(result, seed: options.seed)
      results.append(summary)
      let examples = AdapterExamples(result) { data.names(ofPair: $0) }
      // The first folder's result is that of all seeds in the end.
      try folder.finish(result, summary: AdaptSummary([summary]), examples: examples)
    }
    let summary = AdaptSummary(results)
    if training.seeds > 1 {
      try AtomicFile.write(
        JSONText.encode(summary, pretty: true) + "\n", to: "\(output)/result.json")
    }
    try report.print(summary)
  }

  /// Refuses options that are given without those they belong to.
  private func requireUse() throws(ContrastiveError) {
    let (mining, isMined) = ("--hard-negatives", training.hardNegatives > 0)
    let options: [(name: String, value: String?, owner: String, isUsed: Bool)] = [
      ("neighbors", neighbors.map { "\($0)" }, "--positives neighbors", positives == .neighbors),
      ("clusters", clusters.map { "\($0)" }, "--positives clusters", positives == .clusters),
      ("document-texts", documentTexts, "--documents", positives == nil),
      ("hidden", head.hidden.map { "\($0)" }, "--head mlp", head.head == .mlp),
      ("bias", loss.bias.map { "\($0)" }, "--loss siglip", loss.loss == .siglip),
      ("candidates", training.candidates.map { "\($0)" }, mining, isMined),
      ("below", training.below.map { "\($0)" }, mining, isMined),
      ("skip-top", training.skipTop.map { "\($0)" }, mining, isMined),
    ]
    for option in options {
      try requireNone(option.value, named: option.name, without: option.owner, option.isUsed)
    }
  }

  /// `--positives`.
  enum Positives: String, ExpressibleByArgument, CaseIterable, Codable {
    case neighbors, clusters
  }
}

/// Shows epochs on standard error.
struct AdaptDisplay {
  private let epochs: Int
  private let prefix: String

  init(epochs: Int, seed: UInt64?) {
    self.epochs = epochs
    prefix = seed.map { "seed \($0) " } ?? ""
  }

  func show(_ epoch: AdapterTraining.Epoch) {
    let loss = epoch.loss.map { "loss \(fixed($0, 4)), " } ?? ""
    let time = epoch.epoch == 0 ? "" : ", \(fixed(epoch.seconds, 1)) s"
    Standard.error(
      "\(prefix)epoch \(epoch.epoch)/\(epochs): \(loss)mrr_at_10 \(fixed(epoch.mrr, 4))\(time)\n")
  }
}

/// `result.json`: the first seed's result, and of several seeds all of them with their means.
struct AdaptSummary: Report {
  let first: AdapterResult
  let seeds: [AdapterResult]

  init(_ results: [AdapterResult]) {
    first = results[0]
    seeds = results
  }

  private enum CodingKeys: String, CodingKey { case seeds, gain, processes }

  private struct Gain: Encodable {
    let mean: Double
    let least: Double

    enum CodingKeys: String, CodingKey {
      case mean = "mrr_at_10_mean"
      case least = "mrr_at_10_least"
    }
  }

  private var gains: [Double] {
    seeds.compactMap { seed in
      seed.before.flatMap { before in seed.after.map { $0.mrrAt10 - before.mrrAt10 } }
    }
  }

  func encode(to encoder: any Encoder) throws {
    try first.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let job = Job.processes, job.size > 1 { try container.encode(job.size, forKey: .processes) }
    guard seeds.count > 1 else { return }
    try container.encode(seeds, forKey: .seeds)
    if let least = gains.min() {
      try container.encode(
        Gain(mean: gains.reduce(0, +) / Double(gains.count), least: least), forKey: .gain)
    }
  }

  var lines: [String] {
    seeds.map { seed in
      let kept =
        "seed \(seed.seed): epoch \(seed.bestEpoch) kept, \(fixed(seed.seconds, 1)) s of steps"
      guard let before = seed.before, let after = seed.after else {
        return kept + "; nothing was held out"
      }
      func change(_ name: String, _ value: (AdapterMeasures) -> Double) -> String {
        "\(name) \(fixed(value(before), 4)) → \(fixed(value(after), 4))"
      }
      return kept + "; \(seed.heldOut) held-out pairs: "
        + [
          change("mrr_at_10") { $0.mrrAt10 }, change("ndcg_at_10") { $0.ndcgAt10 },
          change("recall_at_1") { $0.recallAt1 }, change("recall_at_10") { $0.recallAt10 },
        ].joined(separator: ", ")
    }
  }
}
