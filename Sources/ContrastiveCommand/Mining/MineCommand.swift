import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveFiles

/// `contrastive mine`.
struct MineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mine",
    abstract: "Mine hard negatives that are probably no false ones.",
    discussion: """
      Among the --candidates documents that are most similar to a query (cosine, the query's own \
      included), negatives are those that are not its own, nor one of the --skip-top most similar \
      others, and whose similarity is below --below times that of the query's most similar own \
      document (below p - (1 - below) |p| where that similarity p is negative). The most similar \
      come first, ties go to the lower document; Double decides. A query without a pair gets none.

      The output holds negatives I64 [n,per-query], -1 where there are too few, and similarities \
      F32, 0 there; with --evidence also evidence F32: how likely the negative is a false one, by \
      an audit of the documents (see `contrastive audit`).

      The CSV and JSON lines are triplets as sentence-transformers reads them: anchor, positive, \
      negative, score, one for each pair and negative. They hold the texts of --query-texts and \
      --document-texts (a text a line, or file.csv:column), or else the numbers of the rows.

      Example:
        contrastive mine --queries q.npy --documents d.npy --output m.safetensors
      """)

  @OptionGroup var files: PairOptions

  @Option(help: "Negatives of each query.")
  var perQuery: Int = 8

  @Option(help: "Most similar documents that are looked at, the query's own included.")
  var candidates: Int = 100

  @Option(help: "Share of the own document's similarity that a negative stays below.")
  var below: Double = 0.95

  @Option(help: "Most similar documents that are passed over.")
  var skipTop: Int = 0

  @Option(help: "How far below the own document's similarity a negative stays. (default: any)")
  var margin: Double?

  @Option(help: "Largest similarity of a negative. (default: any)")
  var maxSimilarity: Double?

  @Option(help: "Smallest similarity of a negative. (default: any)")
  var minSimilarity: Double?

  @Flag(help: "Also write how likely each negative is a false one.")
  var evidence = false

  @Option(help: "Random seed of the evidence's clusterings. (default: 0)")
  var seed: UInt64?

  @Option(help: "Texts of the queries.")
  var queryTexts: String?

  @Option(help: "Texts of the documents.")
  var documentTexts: String?

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String

  @Option(help: "CSV file of triplets to write.")
  var csv: String?

  @Option(help: "File of JSON lines of triplets to write.")
  var jsonl: String?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let options = HardNegatives.Options(
      perQuery: perQuery, candidates: candidates, below: below, skipTop: skipTop, margin: margin,
      maxSimilarity: maxSimilarity, minSimilarity: minSimilarity)
    try options.validate()
    try requireNone(seed.map { "\($0)" }, named: "seed", without: "--evidence", evidence)
    let inputs = files.inputs + [queryTexts, documentTexts]
    let file = try OutputFile(output, format: .safetensors, inputs: inputs)
    let table = try csv.map {
      try OutputFile($0, format: .csv, inputs: inputs, option: "csv", besides: file)
    }
    let lines = try jsonl.map {
      try OutputFile($0, format: .jsonl, inputs: inputs, option: "jsonl", besides: file, table)
    }
    let triplets = try TripletFiles(
      csv: table, jsonl: lines, queryTexts: queryTexts, documentTexts: documentTexts)
    let display = PassDisplay("mining")
    let workers = display.reporting(try parallel.workers)
    let queries = try memory.matrix(path: files.queries)
    let documents = try memory.matrix(path: files.documents)
    let relevance = try files.relevance(queries: queries.rows, documents: documents.rows)
    try triplets.requireTexts(queries: queries.rows, documents: documents.rows)
    let start = ContinuousClock.now
    let found: HardNegatives
    var doubts: [Float]?
    do throws(ContrastiveError) {
      found = try HardNegatives(
        queries: queries, documents: documents, relevance: relevance, options: options,
        memory: memory.bytes.map { $0 / 4 }, workers: workers)
      if evidence {
        doubts = try found.evidence(
          candidates: candidates, seed: seed ?? 0, documents: documents, relevance: relevance,
          workers: workers)
      }
    } catch {
      throw error.naming(["queries": files.queries, "documents": files.documents])
    }
    display.finish()
    let seconds = (ContinuousClock.now - start).seconds
    try file.write(MiningSummary.tensors(found, evidence: doubts))
    try triplets.write(found, relevance: relevance, evidence: doubts)
    let summary = MiningSummary(found, documents: documents.rows, seconds: seconds)
    if summary.withoutPair > 0 {
      Standard.error(
        "warning: \(summary.withoutPair) queries have no pair and get no negatives\n")
    }
    try report.print(summary, beside: file, table, lines)
  }
}

extension MiningSummary: Report {
  var lines: [String] {
    [
      "\(negatives) negatives for \(queries) queries among \(documents) documents "
        + "(\(fixed(seconds, 3)) s)",
      "\(complete) queries have all they want, \(without) none",
    ]
  }
}
