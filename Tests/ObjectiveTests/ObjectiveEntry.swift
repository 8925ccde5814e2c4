import Contrastive
import ContrastiveCommand
import ContrastiveFiles
import _Reference

/// What the table needs to know of an objective.
protocol ObjectiveEntry: Sendable {
  /// The objective's face on the command line, which parses options and fetches tensors.
  associatedtype Method: LossMethod

  /// Problems of about `size` rows, one for each form the objective has (with and without a bank,
  /// …).
  ///
  /// Their options must not include the temperature, which the table sets.
  static func problems(size: Int, seed: UInt64) throws -> [Problem]

  /// The definition in Double: value and every gradient the objective offers.
  static func reference(_ method: Method, _ inputs: ReferenceInputs) throws -> ReferenceResult

  /// Fewest rows that the objective is defined for.
  static var smallestSize: Int { get }

  /// The option that sets the temperature, if the objective has one.
  static var temperatureOption: String? { get }

  /// The problem with every constant that the objective computes from its inputs given as an
  /// option.
  static func withConstants(_ problem: Problem) throws -> Problem

  /// Further problems that must be refused, each with a piece of the message.
  static func refusals() throws -> [(problem: Problem, message: String)]
}

extension ObjectiveEntry {
  static var smallestSize: Int { 1 }
  static var temperatureOption: String? { "--temperature" }
  static func refusals() throws -> [(problem: Problem, message: String)] { [] }

  static func withConstants(_ problem: Problem) throws -> Problem { problem }

  static var name: String { Method.method }

  /// The method with a problem's options.
  static func method(_ problem: Problem) throws -> Method {
    try Method.parse(
      ["--input", "-", "--output", "-"] + joiningNegativeNumbers(problem.arguments))
  }

  /// The problem with a temperature.
  static func at(_ temperature: Double, _ problem: Problem) -> Problem {
    guard let temperatureOption else { return problem }
    return Problem(problem.tensors, problem.arguments + [temperatureOption, "\(temperature)"])
  }

  /// Names of the gradients that a problem can be asked for: of tensors that it has.
  static func variables(_ problem: Problem) -> Set<Method.Method.Variable> {
    Set(Method.Method.Variable.allCases.filter { problem.tensors[$0.rawValue] != nil })
  }

  /// Value and gradients by the library.
  static func evaluate(
    _ problem: Problem, workers: Workers = .all
  ) throws -> FoundResult {
    let method = try method(problem)
    var inputs = LossInputs(
      file: SafetensorsFile(tensors: problem.tensors), normalizes: method.files.normalize)
    let found = try method.evaluate(&inputs, gradients: variables(problem), workers: workers)
    var gradients: [String: Matrix] = [:]
    for (variable, gradient) in found.gradients {
      let name = variable.rawValue
      gradients[name] = try inputs.normalized[name]?.backward(gradient) ?? gradient
    }
    var scalars: [String: Double] = [:]
    for scalar in Method.Method.Scalar.allCases { scalars[scalar.rawValue] = found[scalar] }
    return FoundResult(
      loss: found.loss, losses: found.losses, gradients: gradients, scalars: scalars,
      selected: Method.selected(found.details))
  }

  /// Value and gradients by the definition, through the normalization if the problem asks for it.
  static func reference(_ problem: Problem) throws -> ReferenceResult {
    let method = try method(problem)
    var inputs = try ReferenceInputs(problem.tensors)
    guard method.files.normalize else { return try reference(method, inputs) }
    // Which tensors count as embeddings is the method's knowledge.
    var probe = LossInputs(file: SafetensorsFile(tensors: problem.tensors), normalizes: true)
    _ = try method.evaluate(&probe, gradients: [], workers: .one)
    var norms: [String: [Double]] = [:]
    for name in probe.normalized.keys {
      norms[name] = inputs[name].map { max(dot($0, $0).squareRoot(), 1e-12) }
      inputs.rows[name] = zip(inputs[name], norms[name, default: []]).map { row, norm in
        row.map { $0 / norm }
      }
    }
    inputs.constants = inputs.rows
    var result = try reference(method, inputs)
    for (name, norms) in norms {
      guard let gradient = result.gradients[name] else { continue }
      result.gradients[name] = gradient.indices.map { row in
        let along = dot(gradient[row], inputs[name][row])
        return zip(gradient[row], inputs[name][row]).map { ($0 - along * $1) / norms[row] }
      }
    }
    return result
  }
}

/// Value and gradients by the library.
struct FoundResult: Equatable {
  let loss: Double
  let losses: [Double]?
  let gradients: [String: Matrix]
  let scalars: [String: Double]
  let selected: [String: Int]
}
