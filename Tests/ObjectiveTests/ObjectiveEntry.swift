import Contrastive
import ContrastiveFiles
import Testing
import _Reference
import _TestSupport

/// What the table needs to know of an objective.
protocol ObjectiveEntry: Sendable {
  associatedtype Objective: Contrastive.Objective

  /// Its name in test reports and golden cases.
  static var name: String { get }

  /// Problems of about `size` rows, one for each form the objective has (with and without a bank,
  /// …).
  ///
  /// Their options must not include the temperature, which the table sets.
  static func problems(size: Int, seed: UInt64) throws -> [Problem]

  /// The objective with a problem's options; what is not given is the library's default.
  static func objective(_ options: Options, _ tensors: InputTensors) throws -> Objective

  /// What the objective is evaluated on.
  static func inputs(_ tensors: InputTensors) throws -> Objective.Inputs

  /// The definition in Double: value and every gradient the objective offers.
  static func reference(_ objective: Objective, _ inputs: ReferenceInputs) throws
    -> ReferenceResult

  /// Fewest rows that the objective is defined for.
  static var smallestSize: Int { get }

  /// Whether the objective has a temperature.
  static var hasTemperature: Bool { get }

  /// Whether the value is a mean of losses of rows.
  static var isMeanOfRows: Bool { get }

  /// The problem with every constant that the objective computes from its inputs given as an
  /// option.
  static func withConstants(_ problem: Problem) throws -> Problem

  /// What is said of a NaN or an infinity at a position of a tensor.
  static func refusal(
    of element: String, at position: Int, in name: String, shape: [Int]
  ) -> ContrastiveError

  /// Further problems that must be refused, each with the very error.
  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)]
}

extension ObjectiveEntry {
  static var smallestSize: Int { 1 }
  static var hasTemperature: Bool { true }
  static var isMeanOfRows: Bool { true }
  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] { [] }
  static func withConstants(_ problem: Problem) throws -> Problem { problem }

  static func refusal(
    of element: String, at position: Int, in name: String, shape: [Int]
  ) -> ContrastiveError {
    let (row, column) = position.quotientAndRemainder(dividingBy: shape.last ?? 1)
    return .nonFinite(argument: name, row: row, column: column, found: element)
  }

  /// The problem with a temperature.
  static func at(_ temperature: Double, _ problem: Problem) -> Problem {
    hasTemperature ? problem.with(options: ["temperature": "\(temperature)"]) : problem
  }

  /// The gradients that a problem can be asked for: of tensors that it has.
  static func variables(_ problem: Problem) -> Set<Objective.Variable> {
    Set(Objective.Variable.allCases.filter { problem.tensors[$0.rawValue] != nil })
  }

  /// The objective of a problem, with its tensors.
  static func open(_ problem: Problem) throws -> (objective: Objective, tensors: InputTensors) {
    let options = Options(problem.options)
    let tensors = InputTensors(problem.tensors, normalizes: options.flag("normalize"))
    let objective = try objective(options, tensors)
    try options.requireAllRead()
    return (objective, tensors)
  }

  /// Value and gradients by the library.
  static func evaluate(_ problem: Problem, workers: Workers = .all) throws -> FoundResult {
    let (objective, tensors) = try open(problem)
    let found = try objective.evaluate(
      inputs(tensors), gradients: variables(problem), workers: workers)
    var result = FoundResult(
      loss: found.loss, losses: found.losses, gradients: [:], scalars: [:],
      details: "\(found.details)")
    for (variable, gradient) in found.gradients {
      let name = variable.rawValue
      result.gradients[name] = try tensors.gradient(gradient, of: name)
    }
    for scalar in Objective.Scalar.allCases { result.scalars[scalar.rawValue] = found[scalar] }
    return result
  }

  /// Value and gradients by the definition, through the normalization if the problem asks for it.
  static func reference(_ problem: Problem) throws -> ReferenceResult {
    let (objective, tensors) = try open(problem)
    // Reading the inputs tells which of them are embeddings.
    _ = try self.inputs(tensors)
    var inputs = try ReferenceInputs(problem.tensors)
    var norms: [String: [Double]] = [:]
    for name in tensors.normalized.keys {
      norms[name] = inputs[name].map { dot($0, $0).squareRoot() }
      inputs.rows[name] = zip(inputs[name], norms[name, default: []]).map { row, norm in
        row.map { $0 / norm }
      }
    }
    inputs.constants = inputs.rows
    var result = try reference(objective, inputs)
    for (name, norms) in norms {
      guard let gradient = result.gradients[name] else { continue }
      result.gradients[name] = gradient.indices.map { row in
        let along = dot(gradient[row], inputs[name][row])
        return zip(gradient[row], inputs[name][row]).map { ($0 - along * $1) / norms[row] }
      }
    }
    return result
  }

  /// Expects the library to agree with the definition: the value and the losses of rows within
  /// 2e-5, gradients within 1e-4 of the largest, all times `slack`.
  static func expectAgreement(_ problem: Problem, slack: Double, _ comment: Comment) throws {
    let found = try evaluate(problem)
    let expected = try reference(problem)
    #expect(relativeError(found.loss, expected.loss) <= 2e-5 * slack, comment)
    for variable in variables(problem) {
      let name = variable.rawValue
      let gradient = try #require(found.gradients[name], comment)
      let reference = try #require(expected.gradients[name])
      #expect(worstError(gradient, reference) <= 1e-4 * slack, "\(comment) \(name)")
    }
    for (name, slope) in found.scalars {
      let reference = try #require(expected.scalars[name])
      #expect(relativeError(slope, reference) <= 1e-4 * slack, "\(comment) \(name)")
    }
    #expect((found.losses != nil) == isMeanOfRows, comment)
    guard let losses = found.losses else { return }
    let mean = losses.reduce(0, +) / Double(losses.count)
    #expect(relativeError(mean, found.loss) <= 1e-12, "\(comment): mean of the losses")
    if let rows = expected.losses {
      #expect(worstError(losses, rows) <= 2e-5 * slack, "\(comment): losses of rows")
    }
  }
}

/// Value and gradients by the library.
struct FoundResult: Equatable {
  let loss: Double
  let losses: [Double]?
  var gradients: [String: Matrix]
  var scalars: [String: Double]
  let details: String
}
