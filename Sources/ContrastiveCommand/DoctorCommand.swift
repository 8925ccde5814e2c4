import ArgumentParser
import Contrastive
import ContrastiveTraining

/// `contrastive doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what the engine runs on and check that it works.",
    discussion: """
      Prints the BLAS, the processor family it is tuned for, its speed, the threads, the vector \
      kernels in use, and multiplies small matrices from two threads at once to see that the BLAS \
      is right and keeps to one thread a call. Says what is missing, or slower than it could be, \
      and how to get it. Exit code 65 when the BLAS is wrong or does not obey.

      Example:
        contrastive doctor
      """)

  @Flag(help: "Check the BLAS for longer (500 rounds instead of 5).")
  var full = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let failure: ContrastiveError?
    do {
      try Diagnostics.checkBLASThreads()
      try Diagnostics.checkBLAS(rounds: full ? 500 : 5)
      failure = nil
    } catch {
      failure = error
    }
    let findings = Findings(
      blas: Diagnostics.blasConfiguration, core: Diagnostics.blasCore,
      blasThreading: Diagnostics.blasThreading, blasGigaflops: Diagnostics.blasGigaflops,
      threads: Workers.all.count,
      rowKernels: Diagnostics.rowKernels, availableRowKernels: Diagnostics.availableRowKernels,
      sgemmCheck: failure.map(\.description) ?? "ok", advice: Self.advice)
    if json { try Standard.json(findings) } else { try Standard.output(findings.text + "\n") }
    if let failure { throw failure }
  }

  /// What is missing, and how to get it.
  private static var advice: [String] {
    var advice = Diagnostics.blasWeaknesses
    if Diagnostics.blasThreading != "pthread" {
      advice.append(
        "OpenBLAS is a \(Diagnostics.blasThreading) build; the pthread build is the one measured: "
          + "apt-get install libopenblas0-pthread")
    }
    if Diagnostics.rowKernels == "portable" && Diagnostics.availableRowKernels == ["portable"] {
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
    /// On one thread, in 10⁹ operations a second.
    let blasGigaflops: Double
    let threads: Int
    let rowKernels: String
    let availableRowKernels: [String]
    let sgemmCheck: String
    let advice: [String]

    var text: String {
      """
      BLAS         \(blas)
      BLAS core    \(core)
      BLAS threads \(blasThreading) build, held to 1; the engine runs its own
      BLAS speed   \(fixed(blasGigaflops, 0)) GFLOP/s on one thread
      threads      \(threads)
      row kernels  \(rowKernels) (available: \(availableRowKernels.joined(separator: ", ")))
      sgemm check  \(sgemmCheck)
      advice       \(advice.isEmpty ? "nothing" : advice.joined(separator: "\n             "))
      """
    }
  }
}
