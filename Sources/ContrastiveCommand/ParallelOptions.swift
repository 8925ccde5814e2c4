import ArgumentParser
import ContrastiveCore

/// How many threads to use, and what multiplies.
struct ParallelOptions: ParsableArguments {
  @Option(name: [.customShort("j"), .long], help: "Threads to use. (default: all processors)")
  var threads: Int?

  @Option(
    help: """
      Matrix product in Float32: blas (OpenBLAS), packed (the package's own) or bf16x6 (its \
      own by parts, for AMX); it decides the last bits. (default: CONTRASTIVE_PRODUCT, else \
      what suits the processor; see doctor)
      """)
  var product: MatrixProduct?

  func validate() throws {
    if let setting = MatrixProduct.setting, MatrixProduct(rawValue: setting) == nil {
      throw ValidationError(
        "CONTRASTIVE_PRODUCT: found '\(setting)', expected blas, packed or bf16x6")
    }
  }

  /// The workers asked for, in each of a job's processes.
  var workers: Workers {
    get throws {
      var workers = try threads.map { try Workers(count: $0) } ?? .all
      if let product { workers = workers.using(product) }
      return Job.processes.map { workers.sharing(with: $0) } ?? workers
    }
  }
}

extension MatrixProduct: ExpressibleByArgument {}
