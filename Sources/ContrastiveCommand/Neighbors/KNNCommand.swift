import ArgumentParser
import Contrastive

/// `contrastive knn`.
struct KNNCommand: ZeroRowsCommand {
  static let configuration = CommandConfiguration(
    commandName: "knn",
    abstract: "Find the k nearest bank rows of each query, comparing all.",
    discussion: """
      By inner product; with --normalize by cosine similarity. Embeddings are .npy, a safetensors \
      file with one tensor, or file:tensor, numbers [n, dimension]. Writes `neighbors` I64 [N,k] \
      and `similarities` F32 [N,k]: similarity descending, then index ascending. Exact \
      in the sense of dot products in Double, with the same bits on every processor: products of \
      codes or in Float32 bound every similarity, and what they leave open is decided in \
      Double; `decided_share` in the report is the share of pairs that were.

      Example:
        contrastive knn --queries q.npy --bank x.npy -k 10 --output near.safetensors
      """)

  @Option(help: "Queries.")
  var queries: String

  @Option(help: "Bank.")
  var bank: String

  @Option(name: .shortAndLong, help: "Neighbors of each query, at most the bank's rows.")
  var k: Int

  @Flag(help: "Divide each row by its norm first.")
  var normalize = false

  @Option(help: "\(ZeroRows.help)")
  var zeroRows = ZeroRows.refuse

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String

  @Option(
    help:
      "Also write row, rank, neighbor and similarity as CSV, to a file or - for standard output.")
  var csv: String?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let inputs = [queries, bank]
    let file = try OutputFile(output, format: .safetensors, inputs: inputs)
    let table = try csv.map {
      try OutputFile($0, format: .csv, inputs: inputs, option: "csv", besides: file)
    }
    try zeroRows.requireUse(with: "--normalize", normalize)
    var rows = try memory.matrix(path: queries)
    var columns = try memory.matrix(path: bank)
    if normalize {
      rows = try rows.normalized(argument: "queries", zeroRows: zeroRows).rows
      columns = try columns.normalized(argument: "bank", zeroRows: zeroRows).rows
    }
    let workers = try parallel.workers
    try SearchReport.run(
      output: file, csv: table,
      operations: 2 * Double(rows.rows) * Double(columns.rows) * Double(rows.columns),
      withMutual: false, options: report
    ) {
      try NeighborTable(
        nearestTo: rows, in: columns, k: k, memory: memory.searchBytes, workers: workers)
    }
  }
}
