import ArgumentParser
import CLibrary
import Contrastive
import ContrastiveCalls
import ContrastiveCore
import ContrastiveTensors

/// Where the program starts, and where errors become exit codes.
///
/// 0 when done, 64 for a wrong option, 65 for data that cannot be used, with one line on standard
/// error that names the argument or the file.
public enum ContrastiveProgram {
  /// Runs the command that the process's arguments name, and ends the process.
  ///
  /// - Parameter processes: those of the job that this one belongs to, where there are several.
  public static func run(in processes: (any JobProcesses)? = nil) -> Never {
    Standard.prepare()
    Interruption.listen()
    if let processes { Job.join(processes) }
    var parsed: (any ParsableCommand)?
    do {
      let arguments = joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst()))
      try requireValues(arguments)
      try JobInputs.requireEqual(arguments, version: ContrastiveCommand.configuration.version)
      try Job.requireShared(arguments)
      try requireKnownNames(arguments[...], under: ContrastiveCommand.self)
      var command = try ContrastiveCommand.parseAsRoot(arguments)
      parsed = command
      try command.run()
      Job.end(code: 0, saying: "")
    } catch let error as ContrastiveError {
      fail(error, in: parsed)
    } catch {
      finish(error, of: parsed)
    }
  }

  private static func fail(
    _ error: ContrastiveError, in command: (any ParsableCommand)? = nil
  ) -> Never {
    var remedy = ""
    // Initial centroids of zeros are refused in any case.
    if case .zeroNorm(let argument, _) = error, argument != "initial",
      (command as? any ZeroRowsCommand)?.zeroRows == .refuse
    {
      remedy = "; --zero-rows keep leaves such rows zero"
    }
    Job.end(
      code: error.isUsage ? 64 : 65, saying: "contrastive: \(error)\(remedy)\n")
  }

  /// Ends with what the parser says: help and versions, too, must arrive.
  private static func finish(_ error: any Error, of command: (any ParsableCommand)?) -> Never {
    let code = ContrastiveCommand.exitCode(for: error)
    var text = ContrastiveCommand.fullMessage(for: error)
    if let command, let error = error as? ValidationError {
      let usage = ContrastiveCommand.usageString(for: type(of: command))
      text = "Error: \(error.message)\nUsage: \(usage)"
    }
    text = foldingUsage(text)
    if !text.isEmpty {
      if code.isSuccess {
        do { try Standard.output("\(text)\n") } catch { fail(error) }
      } else {
        Job.end(code: code.rawValue, saying: "\(text)\n")
      }
    }
    Job.end(code: code.rawValue, saying: "")
  }
}

/// The arguments with a negative number joined to the option before it, as in `--bias=-4` or
/// `-k=-1`: the parser takes every word that starts with a dash for an option.
package func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
  var joined: [String] = []
  for word in arguments {
    if let last = joined.last, last.hasPrefix("-"), Double(last) == nil, !last.contains("="),
      last.hasPrefix("--") ? last.count > 2 : last.count == 2, word.hasPrefix("-"),
      Double(word) != nil
    {
      joined[joined.count - 1] = last + "=" + word
    } else {
      joined.append(word)
    }
  }
  return joined
}

/// Refuses empty words: no option has such a value, and what a script has not set would be taken
/// for the root of the file system.
private func requireValues(_ arguments: [String]) throws(ContrastiveError) {
  var option = "arguments"
  for word in arguments {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isOption = word.hasPrefix("-")
    if isOption, let name = parts.first { option = String(name.drop { $0 == "-" }) }
    guard !word.isEmpty, !isOption || parts.count < 2 || !parts[1].isEmpty else {
      throw .parameter(name: option, found: "''", expected: "a value")
    }
    if !isOption || parts.count == 2 { option = "arguments" }
  }
}

/// Refuses a command or method that there is not, with the nearest one that there is.
private func requireKnownNames(
  _ arguments: ArraySlice<String>, under command: any ParsableCommand.Type
) throws {
  let children = command.configuration.subcommands
  guard !children.isEmpty, let word = arguments.first, !word.hasPrefix("-"), word != "help" else {
    return
  }
  if let child = children.first(where: { $0.configuration.commandName == word }) {
    return try requireKnownNames(arguments.dropFirst(), under: child)
  }
  let names = children.compactMap { $0.configuration.commandName }
  let known = command == LossCommand.self ? ObjectiveCalls.otherNames[word.lowercased()] : nil
  let nearest =
    (known ?? nearestName(to: word, among: names)).map { "; did you mean '\($0)'?" } ?? ""
  throw ValidationError("there is no '\(word)'\(nearest)")
}

extension ContrastiveError {
  /// Whether an option was wrong rather than the data.
  fileprivate var isUsage: Bool {
    if case .parameter = self { true } else { false }
  }
}

/// `contrastive`.
struct ContrastiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contrastive",
    abstract: "Contrastive representation learning on CPUs.",
    discussion: """
      Trains encoders on images, evaluates embeddings, and computes contrastive losses with their \
      exact gradients from files. Results go to standard output, progress and errors to standard \
      error. Exit code 0: done; 64: a wrong option; 65: data that cannot be used, or a result that \
      cannot be written; 130, 143 or 129: ended by Control-C, SIGTERM or SIGHUP.

      --output: a file is replaced as a whole, a device or a pipe written into; - is standard \
      output, and the report then goes to standard error. An input is never an output, and a \
      suffix must be that of the format.

      Shell completion: contrastive --generate-completion-script {bash|zsh|fish}
      """,
    version: "0.2.0",
    subcommands: [
      TrainCommand.self, EmbedCommand.self, ExportCommand.self, SearchCommand.self,
      EvaluateCommand.self, ReportCommand.self, AuditCommand.self, KNNCommand.self,
      GraphCommand.self, KMeansCommand.self, MineCommand.self, DuplicatesCommand.self,
      ScoreCommand.self, AdaptCommand.self, SinkhornCommand.self, LossCommand.self,
      InspectCommand.self, DoctorCommand.self,
    ])
}
