import ArgumentParser
import Contrastive
import ContrastiveCore
import ContrastiveTraining

/// `contrastive doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what the engine runs on and check that it works.",
    discussion: """
      Prints the BLAS, the processor family it is tuned for, the threads, the vector kernels in \
      use, and multiplies small matrices from two threads at once to see that the matrix \
      products, the BLAS's and the package's own, are right, that the BLAS keeps to one thread a \
      call, and that products of codes are those of plain loops. Measures the rate of each \
      matrix product, one thread's, for the similarities of a tile. \
      Says what is missing, or slower than it could be, and how to get it. Exit code 65 when a \
      product is wrong or the BLAS does not obey.

      Example:
        contrastive doctor
      """)

  @Flag(help: "Check the BLAS for longer (500 rounds instead of 5).")
  var full = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    let failures = MatrixProduct.allCases.map { ($0, failure(of: $0)) }
    let checks = Dictionary(uniqueKeysWithValues: failures.map { ($0, $1?.description ?? "ok") })
    let workers = try parallel.workers
    let rates = (try? MatrixProduct.rates()) ?? [:]
    let findings = Findings(
      blas: BLAS.configuration, core: BLAS.core, blasThreading: BLAS.threading,
      threads: workers.count, product: workers.product,
      packedKernels: PackedProduct.fused.name,
      sgemmRate: rates[.blas] ?? 0, packedRate: rates[.packed] ?? 0, bf16x6Rate: rates[.bf16x6],
      rowKernels: RowKernels.best.name, availableRowKernels: RowKernels.available.map(\.name),
      sgemmCheck: checks[.blas] ?? "", packedCheck: checks[.packed] ?? "",
      bf16x6Check: checks[.bf16x6] ?? "",
      codeKernels: CodeProduct.best.name, codeCheck: CodeProduct.faultOfBest ?? "ok",
      advice: Self.advice + Self.advice(on: workers.product, rates: rates))
    if json { try Standard.json(findings) } else { try Standard.output(findings.text + "\n") }
    if let failure = failures.compactMap(\.1).first { throw failure }
    if let fault = CodeProduct.faultOfBest {
      throw ContrastiveError.blas(configuration: CodeProduct.best.name, problem: fault)
    }
  }

  private func failure(of product: MatrixProduct) -> ContrastiveError? {
    do {
      if product == .blas { try Diagnostics.checkBLASThreads() }
      try product.selfCheck(rounds: full ? 500 : 5)
      return nil
    } catch {
      return error
    }
  }

  /// What to do where the product in use is slower than another by more than a tenth.
  private static func advice(
    on product: MatrixProduct, rates: [MatrixProduct: Double]
  ) -> [String] {
    let own = rates[product] ?? 0
    guard let (better, rate) = rates.max(by: { $0.value < $1.value }), own < 0.9 * rate else {
      return []
    }
    let found = rates[product].map { "\(rounded($0)) against" } ?? "which has no AMX, against"
    return [
      "\(product.rawValue) is a slower matrix product here, \(found) \(rounded(rate)) GFLOP/s: "
        + "--product \(better.rawValue), or CONTRASTIVE_PRODUCT=\(better.rawValue)"
    ]
  }

  private static func rounded(_ rate: Double) -> String {
    String((rate * 10).rounded() / 10)
  }

  /// What is missing, and how to get it.
  private static var advice: [String] {
    var advice = BLAS.weaknesses
    if BLAS.threading != "pthread" {
      advice.append(
        "OpenBLAS is a \(BLAS.threading) build; the pthread build is the one measured: "
          + "apt-get install libopenblas0-pthread")
    }
    if RowKernels.best.name == "portable" && RowKernels.available.count == 1 {
      advice.append(
        "the row kernels run 128-bit vectors: this processor has no AVX2, or is no x86-64")
    }
    if InstalledData.fashionMNIST() == nil {
      advice.append(
        "Fashion-MNIST is not installed, which `contrastive train` uses without --data: "
          + "apt-get install dataset-fashion-mnist")
    }
    return advice
  }

  private struct Findings: Encodable {
    let blas: String
    let core: String
    let blasThreading: String
    let threads: Int
    let product: MatrixProduct
    let packedKernels: String
    /// On one thread, in 10⁹ operations a second.
    let sgemmRate: Double
    let packedRate: Double
    /// Missing without AMX.
    let bf16x6Rate: Double?
    let rowKernels: String
    let availableRowKernels: [String]
    let sgemmCheck: String
    let packedCheck: String
    let bf16x6Check: String
    let codeKernels: String
    let codeCheck: String
    let advice: [String]

    enum CodingKeys: String, CodingKey {
      case blas, core, threads, product, advice
      case blasThreading = "blas_threading"
      case packedKernels = "packed_kernels"
      case sgemmRate = "sgemm_rate"
      case packedRate = "packed_rate"
      case bf16x6Rate = "bf16x6_rate"
      case rowKernels = "row_kernels"
      case availableRowKernels = "available_row_kernels"
      case sgemmCheck = "sgemm_check"
      case packedCheck = "packed_check"
      case bf16x6Check = "bf16x6_check"
      case codeKernels = "code_kernels"
      case codeCheck = "code_check"
    }

    var text: String {
      """
      BLAS         \(blas)
      BLAS core    \(core)
      BLAS threads \(blasThreading) build, held to 1; the engine runs its own
      threads      \(threads)
      row kernels  \(rowKernels) (available: \(availableRowKernels.joined(separator: ", ")))
      product      \(product.rawValue); packed kernels \(packedKernels)
      sgemm        \(DoctorCommand.rounded(sgemmRate)) GFLOP/s a thread
      packed       \(DoctorCommand.rounded(packedRate)) GFLOP/s a thread
      bf16x6       \(bf16x6Rate.map { "\(DoctorCommand.rounded($0)) GFLOP/s a thread" } ?? "no AMX")
      sgemm check  \(sgemmCheck)
      packed check \(packedCheck)
      bf16x6 check \(bf16x6Check)
      codes        \(codeKernels); check \(codeCheck)
      advice       \(advice.isEmpty ? "nothing" : advice.joined(separator: "\n             "))
      """
    }
  }
}
