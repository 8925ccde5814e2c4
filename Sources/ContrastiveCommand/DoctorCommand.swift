import ArgumentParser
import Contrastive

/// `contrastive doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what the engine runs on and check that it works.",
    discussion: """
      Prints the BLAS, the processor family it is tuned for, the threads, the vector kernels in \
      use, and multiplies small matrices from two threads at once to see that the BLAS is right. \
      Exit code 65 when it is not.
      """)

  @Flag(help: "Check the BLAS for longer (500 rounds instead of 5).")
  var full = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let failure: ContrastiveError?
    do {
      try Diagnostics.checkBLAS(rounds: full ? 500 : 5)
      failure = nil
    } catch {
      failure = error
    }
    let findings = Findings(
      blas: Diagnostics.blasConfiguration, core: Diagnostics.blasCore,
      blasThreading: Diagnostics.blasThreading, threads: Workers.all.count,
      rowKernels: Diagnostics.rowKernels, availableRowKernels: Diagnostics.availableRowKernels,
      sgemmCheck: failure.map(\.description) ?? "ok")
    if json { try Standard.json(findings) } else { print(findings.text) }
    if let failure { throw failure }
  }

  private struct Findings: Encodable {
    let blas: String
    let core: String
    let blasThreading: String
    let threads: Int
    let rowKernels: String
    let availableRowKernels: [String]
    let sgemmCheck: String

    var text: String {
      """
      BLAS         \(blas)
      BLAS core    \(core)
      BLAS threads \(blasThreading) build, held to 1; the engine runs its own
      threads      \(threads)
      row kernels  \(rowKernels) (available: \(availableRowKernels.joined(separator: ", ")))
      sgemm check  \(sgemmCheck)
      """
    }
  }
}
