import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveCore
import ContrastiveFiles
import ContrastiveTensors

/// What every `contrastive loss` method shares: the files, normalization, the choice of gradients.
package struct LossFiles: ParsableArguments {
  @Option(name: .shortAndLong, help: "Safetensors file with the inputs.")
  var input: String

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String

  @Flag(help: "Divide each embedding row by its norm first, and carry the gradient back.")
  var normalize = false

  @Option(help: "\(ZeroRows.help)")
  var zeroRows = ZeroRows.refuse

  @Option(help: "Gradients to compute, separated by commas, or none; see the method's help.")
  var gradient: String?

  @Option(
    help: """
      Products in float32, or in int16 at up to twice the speed, with the certified error_bound of \
      the loss.
      """)
  var precision = Precision.float32

  @Flag(help: "Also write `losses`, F64: one for each row, whose mean is the loss.")
  var rows = false

  @OptionGroup var parallel: ParallelOptions

  package init() {}

  /// The inputs: in memory, or where several processes read them, in their file.
  var source: any TensorSource {
    get throws(ContrastiveError) {
      guard Job.isShared, let file = try? MappedSafetensors(path: input) else {
        return try SafetensorsFile(path: input)
      }
      EmbeddingFiles.leaveInFiles()
      return file
    }
  }

  /// The names of the gradients asked for; nil for the method's default.
  func gradients<Method: Objective>(of type: Method.Type) throws -> [String]? {
    guard let gradient else { return nil }
    if gradient == "none" { return [] }
    let names = Method.Variable.allCases.map(\.rawValue) + Method.Scalar.allCases.map(\.rawValue)
    let wanted = gradient.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !wanted.contains("") else {
      throw ContrastiveError.parameter(
        name: "gradient", found: "'\(gradient)'", expected: "names separated by commas, or none")
    }
    if let name = wanted.first(where: { !names.contains($0) }) {
      let nearest = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw ValidationError(
        "--gradient: there is no gradient for '\(name)', only for "
          + "\(names.joined(separator: ", "))\(nearest)")
    }
    return wanted
  }
}

extension Precision: ExpressibleByArgument {}
