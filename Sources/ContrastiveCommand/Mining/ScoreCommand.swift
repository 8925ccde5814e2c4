import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveFiles

/// `contrastive score`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score a search: recall, precision, MRR, MAP and NDCG of queries against documents.",
    discussion: """
      Documents are ranked by cosine, ties by the lower document, in Double. Measures are those of \
      trec_eval at each --k: recall, precision, mrr, map (map_cut) and ndcg (ndcg_cut; grades as \
      they are, or 2^g - 1 with --gain exponential). Queries without a document of a grade of at \
      least 1 are not scored. Each mean has its bootstrap interval.

      What belongs together: --pairs, or --qrels, a TREC file of four columns (query, ignored, \
      document, grade) with row numbers, or with the names of --query-ids and --document-ids (one \
      a line, or file.csv:column); without both, row i and row i.

      --against-queries and --against-documents are the embeddings of a second system for the same \
      rows: its means, the mean difference (the first less the second) with its interval, and p of \
      Fisher's randomization test, paired by query.

      The output holds queries I64 [n] and each measure, such as ndcg_at_10, F64 [n]; the CSV has \
      the same, a line a query; --trec writes the ranking as trec_eval reads it.

      Example:
        contrastive score --queries q.npy --documents d.npy --pairs pairs.npy
      """)

  @OptionGroup var files: PairOptions

  @Option(help: "TREC judgments: query, ignored, document, grade.")
  var qrels: String?

  @Option(help: "Names of the queries in the judgments, one a line.")
  var queryIds: String?

  @Option(help: "Names of the documents in the judgments, one a line.")
  var documentIds: String?

  @Option(help: "The second system's queries.")
  var againstQueries: String?

  @Option(help: "The second system's documents. (default: those of the first)")
  var againstDocuments: String?

  @Option(name: .shortAndLong, parsing: .upToNextOption, help: "Cutoffs, separated by spaces.")
  var k: [Int] = [1, 5, 10, 100]

  @Option(help: "What a grade is worth in NDCG: linear or exponential.")
  var gain: RetrievalScores.Gain = .linear

  @Option(help: "Resamples of the bootstrap and of the test.")
  var resamples: Int = 2_000

  @Option(help: "Share of the means that an interval holds.")
  var confidence: Double = 0.95

  @Option(help: "Random seed of the resamples.")
  var seed: UInt64 = 0

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String?

  @Option(help: "CSV file of each query's measures to write.")
  var csv: String?

  @Option(help: "TREC run to write: query Q0 document rank score contrastive.")
  var trec: String?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let statistics = try QueryStatistics(
      resamples: resamples, confidence: confidence, seed: seed)
    guard files.pairs == nil || qrels == nil else {
      throw ValidationError("--pairs and --qrels exclude each other")
    }
    guard againstDocuments == nil || againstQueries != nil else {
      throw ValidationError("--against-documents goes with --against-queries")
    }
    let inputs =
      files.inputs + [qrels, queryIds, documentIds, againstQueries, againstDocuments]
    let file = try output.map { try OutputFile($0, format: .safetensors, inputs: inputs) }
    let table = try csv.map {
      try OutputFile($0, format: .csv, inputs: inputs, option: "csv", besides: file)
    }
    let run = try trec.map {
      try OutputFile($0, format: nil, inputs: inputs, option: "trec", besides: file, table)
    }
    let display = PassDisplay("ranking")
    let workers = display.reporting(try parallel.workers)
    let queries = try memory.matrix(path: files.queries)
    let documents = try memory.matrix(path: files.documents)
    let names = try ScoreNames(
      queries: queryIds, documents: documentIds, counts: (queries.rows, documents.rows))
    let relevance =
      if let qrels {
        try Relevance(
          TRECFile.judgments(path: qrels, names: names), queries: queries.rows,
          documents: documents.rows, argument: qrels)
      } else {
        try files.relevance(queries: queries.rows, documents: documents.rows)
      }
    func scores(
      _ queries: Matrix, _ documents: Matrix, _ paths: [String: String]
    ) throws(ContrastiveError) -> RetrievalScores {
      do throws(ContrastiveError) {
        return try RetrievalScores(
          queries: queries, documents: documents, relevance: relevance, cutoffs: k,
          gain: gain, memory: memory.bytes.map { $0 / 4 }, workers: workers)
      } catch {
        throw error.naming(paths)
      }
    }
    let first = try scores(
      queries, documents, ["queries": files.queries, "documents": files.documents])
    var second: RetrievalScores?
    if let againstQueries {
      let otherQueries = try memory.matrix(path: againstQueries)
      let otherDocuments = try againstDocuments.map { path throws(ContrastiveError) in
        try memory.matrix(path: path)
      }
      try RetrievalScores.requireSameRows(
        otherQueries, againstQueries, as: queries, files.queries)
      if let otherDocuments, let againstDocuments {
        try RetrievalScores.requireSameRows(
          otherDocuments, againstDocuments, as: documents, files.documents)
      }
      second = try scores(
        otherQueries, otherDocuments ?? documents,
        ["queries": againstQueries, "documents": againstDocuments ?? files.documents])
    }
    display.finish()
    if let file { try file.write(first.tensors) }
    try table?.write { line throws(ContrastiveError) in
      try line(first.header)
      for row in first.rows { try line(row) }
    }
    try run?.write { line throws(ContrastiveError) in
      try TRECFile.write(first, names: names, line)
    }
    try report.print(
      try ScoreSummary(
        first, against: second, statistics: statistics, workers: try parallel.workers),
      beside: file, table, run)
  }
}

extension RetrievalScores.Gain: ExpressibleByArgument {}

extension RetrievalScores {
  /// The first line of a table of each query's measures.
  var header: String { (["query"] + columns.map(\.name)).joined(separator: ",") }

  /// The lines of it.
  var rows: some Sequence<String> {
    let columns = columns
    return queries.enumerated().lazy.map { row, query in
      (["\(query)"] + columns.map { "\($0.values[row])" }).joined(separator: ",")
    }
  }
}
