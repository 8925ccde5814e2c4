import ArgumentParser
import Contrastive
import ContrastiveFiles

/// What every `contrastive loss` method shares: the files, normalisation, the choice of gradients.
struct LossFiles: ParsableArguments {
  @Option(name: .shortAndLong, help: "Safetensors file with the inputs.")
  var input: String

  @Option(name: .shortAndLong, help: "Safetensors file to write the loss and the gradients to.")
  var output: String

  @Flag(help: "Divide each embedding row by its norm first, and carry the gradient back.")
  var normalize = false

  @Option(help: "Gradients to compute, separated by commas; see the method's help.")
  var gradient: String?

  @OptionGroup var parallel: ParallelOptions

  /// Reads the inputs, evaluates, writes the outputs and prints the report.
  ///
  /// - Parameters:
  ///   - objective: what is evaluated.
  ///   - method: the method's name in the report.
  ///   - parameters: every option with the value used.
  ///   - evaluate: fetches what it needs from the inputs and computes.
  /// - Throws: `ContrastiveError`, or `ValidationError` for a gradient that there is not.
  func run<Method: Objective>(
    _ objective: Method, method: String, parameters: [String: JSONValue],
    evaluate: (inout LossInputs, Set<Method.Variable>, Workers) throws -> Evaluation<
      Method.Variable
    >
  ) throws {
    let wanted = try variables(of: Method.self)
    var inputs = LossInputs(file: try SafetensorsFile(path: input), normalizes: normalize)
    let result = try evaluate(&inputs, wanted, parallel.workers)

    var tensors = ["loss": Tensor(.float64([result.loss]))]
    for variable in wanted {
      let name = variable.rawValue
      if let gradient = result[variable] {
        tensors["gradient.\(name)"] = try inputs.gradientTensor(gradient, of: name)
      } else if let slope = result.temperatureGradient {
        tensors["gradient.\(name)"] = Tensor(.float64([slope]))
      }
    }
    try SafetensorsFile(tensors: tensors).write(to: output)
    var options = parameters
    options["normalize"] = .flag(normalize)
    try Standard.json(
      LossReport(
        method: method, loss: result.loss, parameters: options,
        gradients: wanted.map(\.rawValue).sorted()))
  }

  private func variables<Method: Objective>(
    of type: Method.Type
  ) throws -> Set<Method.Variable> {
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

/// What `contrastive loss` prints.
private struct LossReport: Encodable {
  let method: String
  let loss: Double
  let parameters: [String: JSONValue]
  let gradients: [String]
}

/// The input file as a method sees it.
struct LossInputs {
  let file: SafetensorsFile
  let normalizes: Bool
  private var normalized: [String: NormalizedRows] = [:]

  init(file: SafetensorsFile, normalizes: Bool) {
    self.file = file
    self.normalizes = normalizes
  }

  /// An embedding tensor [rows, dimension], normalised when that was asked for.
  mutating func embeddings(_ name: String) throws(ContrastiveError) -> Matrix {
    let rows = try file.tensor(name).matrix(argument: name)
    guard normalizes else { return rows }
    let unit = try rows.normalized(argument: name)
    normalized[name] = unit
    return unit.rows
  }

  /// The same for a tensor that may be absent.
  mutating func embeddingsIfPresent(_ name: String) throws(ContrastiveError) -> Matrix? {
    file.tensors[name] == nil ? nil : try embeddings(name)
  }

  /// A gradient in the shape of its input, carried back through the normalisation.
  func gradientTensor(_ gradient: Matrix, of name: String) throws(ContrastiveError) -> Tensor {
    let carried = try normalized[name]?.backward(gradient) ?? gradient
    return try Tensor(
      shape: file.tensor(name).shape, elements: .float32(Array(carried.values)))
  }
}
