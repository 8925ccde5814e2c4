import CLibrary
import ContrastiveCore
import ContrastiveFiles

/// The processes of a job that run one command together.
///
/// Process 0 writes the results and the messages; the others compute.
public protocol JobProcesses: ProcessGroup {
  /// Whether every process comes here within some seconds; without a number, for as long as the
  /// group waits for any message.
  func meet(within seconds: Double?) -> Bool

  /// Leaves the job, once all have met.
  func leave()

  /// Ends every process of the job at once.
  func abort(code: Int32) -> Never
}

/// The job that this process belongs to, where it is one of several.
enum Job {
  /// Set once, before the command is parsed.
  nonisolated(unsafe) private(set) static var processes: (any JobProcesses)?

  /// Whether there are several processes.
  static var isShared: Bool { (processes?.size ?? 1) > 1 }

  /// Standard error of a process that is silent otherwise.
  nonisolated(unsafe) private static var errors = STDERR_FILENO

  /// The commands that share their work.
  static let shared = [
    "train", "kmeans", "knn", "graph", "loss", "adapt", "mine", "duplicates",
  ]

  /// Seconds that processes may differ in when the same failure ends all of them.
  private static let patience = 5.0

  /// Joins a job: from here on no process but the first says or writes anything.
  static func join(_ group: any JobProcesses) {
    processes = group
    guard group.rank > 0 else { return }
    AtomicFile.discardsAll = true
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    let kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    guard null >= 0, kept >= 0 else { return }
    errors = kept
    _ = dup2(null, STDOUT_FILENO)
    _ = dup2(null, STDERR_FILENO)
    close(null)
  }

  /// Ends this process, which has done its part or has failed.
  ///
  /// A failure that not all processes have ends the job, with a line that names the process.
  static func end(code: Int32, saying message: String) -> Never {
    guard let processes else {
      Standard.error(message)
      exit(code)
    }
    if code != 0 { Standard.error(message) }
    if processes.meet(within: code == 0 ? nil : patience) {
      // mpirun terminates those that are still leaving when the first has left with an error.
      Interruption.stopListening()
      // Where the first process has not failed, it has not said why another has.
      let isSaid = processes.gather(Int(code))[0] != 0
      if code != 0, !isSaid { sayAlone(message, in: processes) }
      processes.leave()
      exit(code)
    }
    if processes.rank > 0 { sayAlone(message, in: processes) }
    processes.abort(code: code)
  }

  private static func sayAlone(_ message: String, in processes: any JobProcesses) {
    _ = dup2(errors, STDERR_FILENO)
    Standard.error("process \(processes.rank) of \(processes.size): \(message)")
  }

  /// Refuses a command that does not share its work.
  static func requireShared(_ arguments: [String]) throws(ContrastiveError) {
    guard let processes, processes.size > 1,
      let name = arguments.first(where: { !$0.hasPrefix("-") }), name != "help",
      !arguments.contains("--help"), !arguments.contains("-h"),
      !shared.contains(name)
    else { return }
    throw .parameter(
      name: "mpirun -n", found: "\(processes.size)",
      expected: "1: \(name) does not share its work, as "
        + "\(shared.dropLast().joined(separator: ", ")) and \(shared[shared.count - 1]) do")
  }
}
