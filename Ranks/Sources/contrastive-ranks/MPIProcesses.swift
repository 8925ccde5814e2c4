import ContrastiveCommand
import ContrastiveMPI
import Contrastive

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The ranks of an MPI job.
///
/// Whoever waits for another for longer than the time-out ends the job with exit code 75 and a line
/// that names the one waited for.
final class MPIProcesses: JobProcesses {
  let rank: Int
  let size: Int
  private let timeout: Double
  /// Standard error as it was at the start.
  private let errors: Int32

  /// Exit code of a job that has waited too long.
  private static let timeoutCode: Int32 = 75
  /// Seconds to wait for another process where nothing else is said.
  private static let usualTimeout = 600.0
  private static let timeoutName = "CONTRASTIVE_TIMEOUT"

  /// Joins the job that mpirun has started this process for, or a job of one.
  init() {
    var (rank, size): (Int32, Int32) = (0, 1)
    guard contrastive_mpi_start(&rank, &size) else {
      Self.say("contrastive: this MPI does not let other threads than the first send\n", to: 2)
      exit(70)
    }
    self.rank = Int(rank)
    self.size = Int(size)
    errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    let text = getenv(Self.timeoutName).map { String(cString: $0) }
    let seconds = text.map { Double($0) ?? -1 } ?? Self.usualTimeout
    guard seconds > 0 else {
      if rank == 0 {
        Self.say(
          "contrastive: \(Self.timeoutName): found \(text ?? ""), expected seconds above 0\n", to: 2
        )
      }
      contrastive_mpi_finish()
      exit(64)
    }
    timeout = seconds
  }

  func exchange(sending: [OutgoingMessage], receiving: [IncomingMessage]) {
    let outgoing = sending.map {
      contrastive_mpi_message(
        rank: Int32($0.rank), bytes: UnsafeMutableRawPointer(mutating: $0.bytes.baseAddress),
        count: $0.bytes.count)
    }
    let incoming = receiving.map {
      contrastive_mpi_message(
        rank: Int32($0.rank), bytes: $0.bytes.baseAddress, count: $0.bytes.count)
    }
    let missing = contrastive_mpi_exchange(
      outgoing, Int32(outgoing.count), incoming, Int32(incoming.count), timeout)
    guard missing >= 0 else { return }
    giveUp("on process \(missing)")
  }

  func meet(within seconds: Double?) -> Bool {
    if let seconds { return contrastive_mpi_meet(seconds) }
    guard contrastive_mpi_meet(timeout) else { giveUp("for all to end") }
    return true
  }

  func leave() { contrastive_mpi_finish() }

  func abort(code: Int32) -> Never {
    contrastive_mpi_abort(code)
    _exit(code)
  }

  private func giveUp(_ what: String) -> Never {
    Self.say(
      "contrastive: process \(rank) of \(size) has waited \(timeout) s \(what), which is stopped, "
        + "cut off or slower than the others; \(Self.timeoutName) is in seconds\n",
      to: errors)
    abort(code: Self.timeoutCode)
  }

  private static func say(_ text: String, to descriptor: Int32) {
    _ = text.utf8CString.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count - 1) }
  }
}
