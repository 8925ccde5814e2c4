import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive-bench inputs`.
struct InputsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inputs", abstract: "Write a workload's inputs to a safetensors file.")

  @Argument(help: "The workload.") var name: String
  @Argument(help: "The size, as `list` prints it.") var size: String
  @Argument(help: "The file to write.") var path: String

  func run() throws {
    try SafetensorsFile(tensors: try workload(name, size).inputs()).write(to: path)
  }
}

/// `contrastive-bench serve`.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run a workload whenever a line on standard input asks for it.",
    discussion: """
      Prints a JSON object when ready, and one for each line: `run` gives the milliseconds of a \
      run, `outputs PATH` writes what the last run computed to a safetensors file.
      """)

  @Argument(help: "The workload.") var name: String
  @Argument(help: "The size, as `list` prints it.") var size: String
  @Argument(help: "Its inputs, as `inputs` wrote them.") var path: String
  @Option(help: "Threads.") var threads: Int = Workers.all.count

  func run() throws {
    let workload = try workload(name, size)
    // In a scope of its own: what the file was read into is given back.
    let run = try workload.prepare(
      Inputs(file: try SafetensorsFile(path: path)), try Workers(count: threads))
    writeOut("{\"ready\":true,\"operations\":\(workload.operations)}\n")
    var last = Outcome()
    while let line = readLine() {
      let words = line.split(separator: " ", maxSplits: 1)
      switch words.first {
      case "run":
        let (milliseconds, outcome) = try timed(run)
        last = outcome
        writeOut("{\"ms\":\(milliseconds)}\n")
      case "outputs" where words.count == 2:
        var tensors = last.matrices.mapValues(Tensor.init)
        if let value = last.value { tensors["value"] = Tensor(.float64([value])) }
        try SafetensorsFile(tensors: tensors).write(to: String(words[1]))
        writeOut("{\"written\":\(tensors.count)}\n")
      default: throw ValidationError("no command \(line)")
      }
    }
  }
}

private func workload(_ name: String, _ size: String) throws -> Workload {
  guard let found = Workload.all.first(where: { ($0.name, $0.size) == (name, size) }) else {
    throw ValidationError("no workload \(name) of size \(size)")
  }
  return found
}
