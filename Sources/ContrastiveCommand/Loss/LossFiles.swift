import ArgumentParser
import Contrastive
import ContrastiveTraining

/// What every `contrastive loss` method shares: the files, normalization, the choice of gradients.
package struct LossFiles: ParsableArguments {
  @Option(name: .shortAndLong, help: "Safetensors file with the inputs.")
  package var input: String

  @Option(name: .shortAndLong, help: "Safetensors file to write the loss and the gradients to.")
  package var output: String

  @Flag(help: "Divide each embedding row by its norm first, and carry the gradient back.")
  package var normalize = false

  @Option(help: "Gradients to compute, separated by commas; see the method's help.")
  package var gradient: String?

  @OptionGroup var parallel: ParallelOptions

  package init() {}

  /// The gradients asked for.
  func variables<Method: LossMethod>(of type: Method.Type) throws -> Set<Method.Variable> {
    guard let gradient else { return type.defaultGradients }
    let names = Method.Variable.allCases.map(\.rawValue)
    var wanted: Set<Method.Variable> = []
    for name in gradient.split(separator: ",").map(String.init) {
      guard let variable = Method.Variable(rawValue: name) else {
        let nearest = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError(
          "--gradient: there is no gradient for '\(name)', only for "
            + "\(names.joined(separator: ", "))\(nearest)")
      }
      wanted.insert(variable)
    }
    return wanted
  }
}
