import ArgumentParser
import Contrastive

/// `contrastive graph`.
struct GraphCommand: ZeroRowsCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Find the kNN graph of a set, comparing each pair once.",
    discussion: """
      By inner product; with --normalize by cosine similarity. A row is not its own neighbor. \
      Embeddings are .npy, a safetensors file with one tensor, or file:tensor, numbers \
      [n, dimension]. Writes `neighbors` I64 [N,k] and `similarities` F32 [N,k]: similarity \
      descending, then index ascending; with --mutual also `mutual` U8 [N,k], 1 where the neighbor \
      lists the row, too. Exact in the sense of dot products in Double, as in `knn`.

      Example:
        contrastive graph --input x.npy -k 10 --output graph.safetensors
      """)

  @Option(help: "Embeddings.")
  var input: String

  @Option(name: .shortAndLong, help: "Neighbors of each row, fewer than the rows.")
  var k: Int

  @Flag(help: "Divide each row by its norm first.")
  var normalize = false

  @Option(help: "\(ZeroRows.help)")
  var zeroRows = ZeroRows.refuse

  @Flag(help: "Also write which neighbors are mutual.")
  var mutual = false

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
    let inputs = [input]
    let file = try OutputFile(output, format: .safetensors, inputs: inputs)
    let table = try csv.map {
      try OutputFile($0, format: .csv, inputs: inputs, option: "csv", besides: file)
    }
    try zeroRows.requireUse(with: "--normalize", normalize)
    var rows = try memory.matrix(path: input)
    if normalize { rows = try rows.normalized(argument: "input", zeroRows: zeroRows).rows }
    let workers = try parallel.workers
    try SearchReport.run(
      output: file, csv: table,
      operations: Double(rows.rows) * Double(rows.rows) * Double(rows.columns),
      withMutual: mutual, options: report
    ) {
      () throws(ContrastiveError) in
      do throws(ContrastiveError) {
        return try NeighborTable(
          graphOf: rows, k: k, memory: memory.searchBytes, workers: workers)
      } catch {
        throw error.naming(["embeddings": input])
      }
    }
  }
}
