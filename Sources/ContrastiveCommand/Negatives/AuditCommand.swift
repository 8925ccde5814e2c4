import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveFiles

/// `contrastive audit`.
struct AuditCommand: ZeroRowsCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Find false negatives in a set of embeddings, and how much they weigh.",
    discussion: """
      For each row the k most similar others (cosine; the maximum over the support sets, where \
      there are any) are candidates, each with its evidence: that maximum and the mean, the share \
      of pairs as similar that are inside one cluster, common and mutual neighbors, and how many \
      of the clusterings have both in one cluster. The mean of the three shares is its confidence; \
      from --threshold on it is suspected. Reports the estimated share of false negatives and of \
      InfoNCE's gradient at --temperature that they bear, for each clustering and for what is \
      suspected; with --labels also the true ones, precision and recall over thresholds and top-k, \
      and the threshold of the largest F1.

      Embeddings are .npy, a safetensors file with one tensor, or file:tensor, numbers \
      [n,dimension]; labels [n] in the same formats, whole numbers, -1 for none, or in .npy texts. \
      The output holds, [n,k] row-major and the most similar first, candidates I64, maximum, mean, \
      similarity, neighbors, clusters and confidence F32, mutual and suspected U8, gradient_shares \
      F32 [n], and with labels the curve of the cosine over all pairs, in steps of 1/2000: \
      thresholds, precision, recall F32 [m].

      Example:
        contrastive audit --embeddings x.npy --output suspects.safetensors
      """)

  @Option(help: "Embeddings.")
  var embeddings: String

  @Option(help: "Labels to compare with; rows of -1 have none.")
  var labels: String?

  @Option(
    parsing: .upToNextOption,
    help: "Other embeddings of the same rows, such as of other views; one file or several.")
  var support: [String] = []

  @Option(
    name: .shortAndLong, parsing: .upToNextOption,
    help: "Numbers of candidates to report on; the largest are looked at. (default: 1 5 10 20 50)")
  var k: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: "Numbers of clusters, one clustering each. (default: 10 30 100)")
  var clusters: [String] = []

  @Option(help: "Temperature of InfoNCE.")
  var temperature: Double = 0.07

  @Option(help: "Confidence from which a candidate is suspected.")
  var threshold: Double = 0.5

  @Option(help: "Random seed of the clusterings.")
  var seed: UInt64 = 0

  @Option(help: "\(ZeroRows.help)")
  var zeroRows = ZeroRows.refuse

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String?

  @Option(
    help: """
      Also write the candidates with their evidence as CSV, to a file or - for \
      standard output.
      """)
  var csv: String?

  @OptionGroup var report: ReportOptions
  @OptionGroup var memory: MemoryOptions
  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    let workers = try parallel.workers
    let given = (k: try counts(k, named: "k"), clusters: try counts(clusters, named: "clusters"))
    // Wrong options are found before large files are read.
    _ = try audit(given.k ?? [1], given.clusters ?? [1])
    let file = try output.map {
      try OutputFile($0, format: .safetensors, inputs: [embeddings, self.labels] + support)
    }
    let table = try csv.map {
      try OutputFile(
        $0, format: .csv, inputs: [embeddings, self.labels] + support, option: "csv",
        besides: file)
    }
    let rows = try memory.matrix(path: embeddings)
    let views = try support.map { try memory.matrix(path: $0) }
    let labels = try EmbeddingFiles.labels(paths: [self.labels]).values[0]
    let audit = try audit(
      given.k ?? NegativeAudit.fittingNeighbors(rows: rows.rows),
      given.clusters ?? NegativeAudit.fittingClusters(rows))
    if let labels, let path = self.labels, labels.allSatisfy({ $0 == unlabeled }) {
      throw ContrastiveError.file(
        path: path, problem: "holds -1 for every row, expected a label for at least one")
    }
    let (result, seconds) = try timed {
      try audit.run(rows, support: views, labels: labels, workers: workers)
    }
    if let file { try file.write(AuditSummary.tensors(result)) }
    if let table { try AuditSummary.write(result, to: table) }
    try report.print(
      AuditSummary(
        result, audit: audit, dimension: rows.columns, seconds: seconds,
        unlabeled: labels?.count { $0 == unlabeled } ?? 0),
      beside: file, table)
  }

  private func audit(_ k: [Int], _ clusters: [Int]) throws -> NegativeAudit {
    try NegativeAudit(
      neighbors: k, clusters: clusters, temperature: temperature, threshold: threshold, seed: seed,
      zeroRows: zeroRows)
  }

  /// Whole numbers separated by commas or spaces; nil when there are none.
  private func counts(_ words: [String], named name: String) throws -> [Int]? {
    guard !words.isEmpty else { return nil }
    return try words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map {
      guard let count = Int($0), count > 0 else {
        throw ContrastiveError.parameter(
          name: name, found: words.joined(separator: " "),
          expected: "whole numbers of at least 1")
      }
      return count
    }
  }
}
