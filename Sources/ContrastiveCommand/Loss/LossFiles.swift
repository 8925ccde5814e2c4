import ArgumentParser
import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// What every `contrastive loss` method shares: the files, normalization, the choice of gradients.
package struct LossFiles: ParsableArguments {
  @Option(name: .shortAndLong, help: "Safetensors file with the inputs.")
  package var input: String

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  package var output: String

  @Flag(help: "Divide each embedding row by its norm first, and carry the gradient back.")
  package var normalize = false

  @Option(help: "\(ZeroRows.help)")
  package var zeroRows = ZeroRows.refuse

  @Option(help: "Gradients to compute, separated by commas, or none; see the method's help.")
  package var gradient: String?

  @Flag(help: "Also write `losses`, F64: one for each row, whose mean is the loss.")
  package var rows = false

  @OptionGroup var parallel: ParallelOptions

  package init() {}

  /// The options with the values used; those of rows of zeros where they are not refused.
  var parameters: [String: JSONValue] {
    var parameters: [String: JSONValue] = ["normalize": .flag(normalize)]
    if zeroRows != .refuse { parameters["zero-rows"] = .text(zeroRows.rawValue) }
    return parameters
  }

  /// The gradients asked for.
  func gradients<Method: Objective>(of type: Method.Type) throws -> WantedGradients<Method> {
    var wanted = WantedGradients<Method>(variables: type.defaultGradients, scalars: [])
    guard let gradient else { return wanted }
    wanted.variables = []
    if gradient == "none" { return wanted }
    let names = Method.Variable.allCases.map(\.rawValue) + Method.Scalar.allCases.map(\.rawValue)
    for name in gradient.split(separator: ",").map(String.init) {
      if let variable = Method.Variable(rawValue: name) {
        wanted.variables.insert(variable)
      } else if let scalar = Method.Scalar(rawValue: name) {
        wanted.scalars.insert(scalar)
      } else {
        let nearest = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError(
          "--gradient: there is no gradient for '\(name)', only for "
            + "\(names.joined(separator: ", "))\(nearest)")
      }
    }
    return wanted
  }
}

/// What a method's loss is to be differentiated by.
struct WantedGradients<Method: Objective> {
  var variables: Set<Method.Variable>
  var scalars: Set<Method.Scalar>
}
