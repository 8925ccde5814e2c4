import Foundation
import Synchronization

/// Runs commands, several at a time on one thread each, and keeps what they print.
///
/// The number of threads has no effect on a result, so two runs side by side cost less than two
/// runs one after the other on two threads.
final class Runner: Sendable {
  private let contrastive: String
  private let data: [String]
  private let deadline: Date?
  private let state: Mutex<State>

  private struct State {
    var results: ResultsFile
    var waiting: ArraySlice<TrainingCommand>
    var finished = 0
    var problems: [String] = []
  }

  /// - Parameters:
  ///   - contrastive: our command.
  ///   - data: the data folder; installed Fashion-MNIST when nil.
  ///   - results: what is known already.
  ///   - commands: what to run, in order.
  ///   - deadline: no run starts that would end later by its estimate.
  init(
    contrastive: String, data: String?, results: ResultsFile, commands: [TrainingCommand],
    deadline: Date?
  ) {
    self.contrastive = contrastive
    self.data = data.map { ["--data", $0] } ?? []
    self.deadline = deadline
    state = Mutex(State(results: results, waiting: commands[...]))
  }

  /// Runs all commands, `jobs` at a time.
  ///
  /// - Returns: what is known now, and what went wrong.
  func run(jobs: Int) -> (results: ResultsFile, problems: [String]) {
    let count = state.withLock { $0.waiting.count }
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while let command = next() {
        let outcome = Result { try self.outcome(of: command) }
        state.withLock { state in
          state.finished += 1
          do {
            let outcome = try outcome.get()
            try state.results.add(outcome, of: command)
            let accuracy = Statistics(values: [outcome.training.knnAccuracy]).percent()
            report("[\(state.finished)/\(count)] \(command.key): \(accuracy) %")
          } catch {
            state.problems.append("\(command.key): \(error)")
            report("[\(state.finished)/\(count)] \(command.key): \(error)")
          }
        }
      }
    }
    return state.withLock { ($0.results, $0.problems) }
  }

  /// The next command that ends before the deadline.
  private func next() -> TrainingCommand? {
    state.withLock { state in
      while let command = state.waiting.popFirst() {
        let seconds = state.results.estimate(command)
        guard let deadline, Date.now.addingTimeInterval(seconds) > deadline else {
          return command
        }
        state.finished += 1
        report("left out, no time: \(command.key)")
      }
      return nil
    }
  }

  /// Trains, measures the features, and removes the run.
  private func outcome(of command: TrainingCommand) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("contrastive-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let shared = data + ["--threads", "1"]
    let training = try output(of: command.words + ["--output", folder] + shared)
    let features = try output(
      of: ["evaluate", "--run", folder, "--measures", "clusters", "rank", "--json"]
        + command.scale.words + shared)
    return Outcome(
      training: try JSONDecoder().decode(Outcome.Training.self, from: training),
      features: try JSONDecoder().decode(Outcome.Features.self, from: features))
  }

  /// What our command prints on standard output; throws what it says on standard error if it fails.
  private func output(of words: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: contrastive)
    process.arguments = words
    let log = FileManager.default.temporaryDirectory
      .appendingPathComponent("contrastive-\(UUID().uuidString).log")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }
    let (standardOutput, standardError) = (Pipe(), try FileHandle(forWritingTo: log))
    process.standardOutput = standardOutput
    process.standardError = standardError
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let printed = standardOutput.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
      let lines = text.split(whereSeparator: \.isNewline)
      let line = lines.last { $0.hasPrefix("Error") } ?? lines.last ?? ""
      throw Failure(description: "status \(process.terminationStatus), \(line)")
    }
    return printed
  }

  /// A run that failed.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}

/// A line for people, on standard error.
func report(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}
