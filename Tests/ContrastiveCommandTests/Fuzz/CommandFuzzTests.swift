import ContrastiveCore
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// Random command lines: options, shapes, labels, files.
///
/// No trap, no hang, no exit code but 0, 64 and 65; a failure says something on standard error.
@Suite struct CommandFuzzTests {
  private let grammar: CommandGrammar
  private let files: FuzzFiles

  init() throws {
    grammar = try CommandGrammar()
    files = try FuzzFiles()
    let trained = try Command(
      shell: "cd '\(files.folder.path)' && \"$0\" train --data images -o run --epochs 1 "
        + "--batch-size 8 --widths 4 --neighbors 3 --set hidden_dimension=4")
    try #require(trained.status == 0, "\(trained.errors)")
  }

  @Test(.timeLimit(.minutes(60))) func randomCommandLines() throws {
    var counts: [Int32: Int] = [:]
    try Fuzz(calls: 400).run { random in
      let words = line(&random)
      let run = try Command(
        shell: "cd '\(files.folder.path)' && timeout -s KILL 60 \"$0\" "
          + words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
          + " < \(random.element(of: ["/dev/null", "x.npy", "all.safetensors"]))")
      counts[run.status, default: 0] += 1
      let text = words.joined(separator: " ")
      guard [0, 64, 65].contains(run.status) else {
        return "status \(run.status) of: \(text)\n\(run.errors.suffix(500))"
      }
      if run.status != 0, run.errors.isEmpty { return "no word of what is wrong: \(text)" }
      if run.status == 65, run.errorLines.last?.hasPrefix("contrastive: ") != true {
        return "an odd last line: \(text)\n\(run.errors.suffix(500))"
      }
      let leftovers = try files.folder.names.filter { $0.contains(".tmp-") }
      return leftovers.isEmpty ? nil : "left \(leftovers): \(text)"
    }
    print("fuzz: exit codes \(counts)")
    #expect(counts[0, default: 0] > 0 && counts[65, default: 0] > 0)
  }

  private func line(_ random: inout CounterRandom) -> [String] {
    var subcommand = random.element(of: grammar.subcommands)
    // Training takes longest.
    if subcommand.words == ["train"] || subcommand.words == ["report"], random.happens(0.7) {
      subcommand = random.element(of: grammar.subcommands)
    }
    // In half of the lines every single value is one that some command takes.
    let isTame = random.happens(0.5)
    var words = subcommand.words
    var arguments = subcommand.arguments.filter { argument in
      !["help", "version", "full"].contains(argument.name)
        && (argument.isOptional
          ? random.happens(isTame ? 0.08 : 0.15) : random.happens(isTame ? 1 : 0.97))
    }
    if random.happens(0.2) { arguments.reverse() }
    for argument in arguments {
      switch argument.kind {
      case .flag: words.append("--\(argument.name)")
      case .positional:
        words.append(value(argument, subcommand, isTame, &random))
      case .option:
        let value = value(argument, subcommand, isTame, &random)
        words +=
          random.happens(0.8) ? ["--\(argument.name)", value] : ["--\(argument.name)=\(value)"]
      }
    }
    if subcommand.words == ["train"] {
      words += [
        "--epochs", random.element(of: ["0", "1"]), "--batch-size",
        random.element(of: ["2", "8", "24"]), "--widths", "4",
      ]
      // Without data it trains on what is installed, which may be much.
      if !words.contains(where: { $0.hasPrefix("--data") }) { words += ["--data", "images"] }
      if random.happens(0.8) { words += ["--output", "run\(random.index(below: 1 << 40))"] }
    }
    if !isTame, random.happens(0.1) {
      words.append(random.element(of: ["--nonsense", "word", "-z", ""]))
    }
    return words
  }

  private func value(
    _ argument: CommandGrammar.Argument, _ subcommand: CommandGrammar.Subcommand,
    _ isTame: Bool, _ random: inout CounterRandom
  ) -> String {
    if !argument.choices.isEmpty, isTame || random.happens(0.9) {
      return random.element(of: argument.choices)
    }
    if !isTame, random.happens(0.03) {
      return random.element(of: files.others + Self.numbers)
    }
    switch argument.name {
    case "input" where subcommand.words.first == "loss":
      let own = files.inputs[subcommand.words.last ?? ""] ?? []
      return random.element(of: random.happens(0.85) && !own.isEmpty ? own : files.embeddings)
    case "input", "queries", "bank", "embeddings", "scores", "train", "test", "test-views",
      "support", "initial", "documents":
      return random.element(
        of: random.happens(0.5) ? ["x.npy"] : random.happens(0.9) ? files.embeddings : files.others)
    case "labels", "train-labels", "test-labels":
      return random.element(of: random.happens(0.9) ? files.labels : files.others)
    case "output", "csv", "jsonl", "names", "page":
      return random.element(of: [
        "out.safetensors", "out.safetensors", "out.npy", "out.html", "out.csv", "-", "/dev/null",
        "missing/out", ".", "", "x.npy", "out", "/dev/full",
      ])
    case "pairs": return random.element(of: files.pairs)
    case "query-texts", "document-texts", "query-ids", "document-ids", "qrels":
      return random.element(of: files.texts)
    case "run", "runs", "resume":
      return random.element(of: ["run", "run", "images", "missing", ""])
    case "data", "images":
      return random.element(of: ["images", "images/test-images.npy", "missing", "x.npy"])
    case "file": return random.element(of: files.embeddings + files.labels + files.others)
    case "gradient":
      return random.element(of: ["queries", "keys,bank", "none", "temperature", "view1", "x", ""])
    case "measures":
      return random.element(of: ["knn", "ridge", "logistic", "clusters", "rank", "x", ""])
    case "method": return random.element(of: Self.methods)
    case "set":
      return random.element(of: [
        "temperature=0.1", "temperature=", "=1", "x=1", "clusters=[2]", "clusters=[]", "noise=3",
      ])
    // What these count is work: a large number is a long run, and no error.
    case "iterations", "restarts", "epochs", "threads", "limit", "hidden-dimension", "widths",
      "embedding-dimension", "bank-capacity", "batch-size", "checkpoint-steps":
      return random.element(of: ["0", "1", "2", "3", "7", "-1", "x", "", "1.5"])
    default:
      return random.element(
        of: isTame ? ["1", "2", "3", "5", "0.1", "0.3", "0.5", "0.9"] : Self.numbers)
    }
  }

  private static let numbers = [
    "0", "1", "2", "3", "5", "0.1", "0.5", "-1", "-0.5", "1e-7", "1e-30", "1e30", "1e400", "nan",
    "inf", "-inf", "", " ", "x", "9223372036854775807", "-9223372036854775808",
    "18446744073709551616", "2,3", "2,,3", "1,1", "٣", "0x10", "+1", "1e3", "none", "max", "mean",
  ]

  private static let methods = MethodName.allCases.map(\.rawValue) + ["x", ""]
}
