import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive sinkhorn`.
struct SinkhornCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sinkhorn",
    abstract: "Sinkhorn–Knopp codes of a score matrix.",
    discussion: """
      Scores are .npy, a safetensors file with one tensor, or file:tensor, numbers \
      [rows,prototypes]. Writes codes F32 of the same shape, rows summing to 1 (Caron et al. \
      2020), in the log domain: any epsilon above 0. With 0 iterations the codes are the \
      exponentials divided by their mean row sum.

      Example:
        contrastive sinkhorn --scores scores.npy --output codes.safetensors
      """)

  @Option(name: .shortAndLong, help: "Scores: .npy, safetensors, or file:tensor.")
  var scores: String

  @Option(help: "Divides the scores.")
  var epsilon: Float = 0.05

  @Option(help: "Times to normalize prototypes, then rows.")
  var iterations: Int = 3

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String

  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let sinkhorn = try Sinkhorn(epsilon: epsilon, iterations: iterations)
    let workers = try parallel.workers
    let file = try OutputFile(output, format: .safetensors, inputs: [scores])
    let matrix = try EmbeddingFiles.matrix(path: scores)
    let (codes, seconds) = try timed {
      try sinkhorn.codes(matrix, argument: scores, workers: workers)
    }
    try file.write(["codes": Tensor(codes)])
    try report.print(
      SinkhornReport(
        rows: codes.rows, prototypes: codes.columns, epsilon: epsilon, iterations: iterations,
        seconds: seconds), beside: file)
  }
}

/// What `contrastive sinkhorn` prints.
private struct SinkhornReport: Report {
  let rows: Int
  let prototypes: Int
  let epsilon: Float
  let iterations: Int
  let seconds: Double

  var lines: [String] {
    [
      "codes of \(rows) rows over \(prototypes) prototypes, epsilon \(epsilon), "
        + "\(iterations) iterations, \(fixed(seconds, 3)) s"
    ]
  }
}
