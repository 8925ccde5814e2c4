import Contrastive
import ContrastiveTensors

/// An objective that is called by the names of its tensors and options.
///
/// The command and the C face share it: they bring tensors and options, and take the outcome to
/// files or to memory of their caller's.
package protocol ObjectiveCall: OptionReader {
  /// The objective.
  associatedtype Method: Objective

  /// The method's name.
  static var method: String { get }

  /// What it computes, in one line.
  static var summary: String { get }

  /// The tensors it reads, and the gradients and counts it gives.
  static var help: String { get }

  /// Whether the value is a mean of rows, which each have a loss.
  static var isMeanOfRows: Bool { get }

  /// Whether rows are divided by their norms in any case.
  static var alwaysNormalizes: Bool { get }

  /// The gradients computed when none are named.
  static var defaultGradients: Set<Method.Variable> { get }

  /// Fetches what it needs from the inputs and computes.
  func evaluate(
    _ inputs: inout CallInputs, gradients: Set<Method.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Method>

  /// What was selected, by name.
  static func selected(_ details: Method.Details) -> [String: Int]

  /// Options that the data settled, by name.
  static func settled(_ details: Method.Details) -> [String: Double]
}

extension ObjectiveCall {
  package static var isMeanOfRows: Bool { true }
  package static var alwaysNormalizes: Bool { false }
  package static var defaultGradients: Set<Method.Variable> { Set(Method.Variable.allCases) }

  package static func settled(_ details: Method.Details) -> [String: Double] { [:] }

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - source: where the tensors are.
  ///   - options: the method's own options.
  ///   - normalizes: whether embedding rows are divided by their norms first.
  ///   - zeroRows: what becomes of rows of zeros where rows are normalized.
  ///   - precision: what similarities are multiplied in.
  ///   - gradients: the gradients to compute; nil for the method's default.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and what belongs to it.
  /// - Throws: `ContrastiveError`: what is wrong with an option or a tensor, by name.
  package static func run(
    _ source: any TensorSource, options: [String: JSONValue], normalizes: Bool,
    zeroRows: ZeroRows = .refuse, precision: Precision = .float32, gradients: [String]?,
    workers: Workers
  ) throws(ContrastiveError) -> CallOutcome {
    guard zeroRows == .refuse || normalizes || alwaysNormalizes else {
      throw .parameter(
        name: "zero-rows", found: zeroRows.rawValue, expected: "none without normalize")
    }
    let workers = try Method.workers(workers, in: precision)
    let wanted = try WantedGradients<Method>(gradients, otherwise: defaultGradients)
    var options = CallOptions(options)
    let call = try Self(&options)
    try options.requireAllKnown(by: method)
    var inputs = CallInputs(
      source, normalizes: normalizes, zeroRows: zeroRows, workers: workers)
    var result: Evaluation<Method>
    do {
      result = try call.evaluate(&inputs, gradients: wanted.variables, workers: workers)
    } catch {
      throw error.naming(["mixing": "mix"])
    }
    try inputs.requireAllUsed(by: method)
    var (found, bounds): ([String: CallOutcome.Gradient], [String: Double]) = ([:], [:])
    for variable in wanted.variables {
      bounds[variable.rawValue] = result.errorBound(of: variable)
      guard let gradient = result.take(variable) else { continue }
      found[variable.rawValue] = try inputs.gradient(
        gradient, rows: result.keptRows[variable], of: variable.rawValue)
    }
    return CallOutcome(
      result, of: Self.self, form: form(inputs.used), bounds: normalizes ? [:] : bounds,
      parameters: options.used.merging(shared(normalizes, zeroRows, precision)) { own, _ in own }
        .merging(settled(result.details).mapValues(JSONValue.number)) { $1 },
      tensors: inputs.used, gradients: found,
      scalars: Dictionary(
        uniqueKeysWithValues: wanted.scalars.map { ($0.rawValue, result[$0]) }),
      selected: selected(result.details))
  }

  /// The options of every method with the values used.
  private static func shared(
    _ normalizes: Bool, _ zeroRows: ZeroRows, _ precision: Precision
  ) -> [String: JSONValue] {
    var shared: [String: JSONValue] = ["normalize": .flag(normalizes)]
    if zeroRows != .refuse { shared["zero-rows"] = .text(zeroRows.rawValue) }
    if precision != .float32 { shared["precision"] = .text(precision.rawValue) }
    return shared
  }

  /// What was computed: against a bank, or in the batch, or with other tensors that decide it.
  private static func form(_ used: [String]) -> String {
    if used.contains("noise") { return "noise" }
    return used.contains("bank") ? "bank" : "in-batch"
  }
}

/// What a call gives: the loss and what belongs to it.
package struct CallOutcome {
  /// The method's name.
  package let method: String
  /// What was computed: `bank`, `in-batch` or `noise`.
  package let form: String
  /// The value.
  package let loss: Double
  /// The loss of each row, whose mean is the value; nil for a value that is no mean of rows.
  package let losses: [Double]?
  /// How far the loss can be from the exact one; nil in Float32.
  package let errorBound: Double?
  /// The same of an element of a gradient, by the tensor's name, where something is certified; of
  /// rows as they are given, so of none that are normalized first.
  package let gradientErrorBounds: [String: Double]
  /// Every option that takes part, with the value used.
  package let parameters: [String: JSONValue]
  /// The tensors that were read.
  package let tensors: [String]
  /// The gradients asked for, by the tensor's name, until they are taken.
  package private(set) var gradients: [String: Gradient]
  /// The gradients asked for of temperatures and biases.
  package let scalars: [String: Double]
  /// Counts of what was selected.
  package let selected: [String: Int]

  /// The names of all gradients, in order.
  package let gradientNames: [String]

  init<Method>(
    _ result: Evaluation<Method>, of call: any ObjectiveCall.Type, form: String,
    bounds: [String: Double], parameters: [String: JSONValue], tensors: [String],
    gradients: [String: Gradient], scalars: [String: Double], selected: [String: Int]
  ) {
    (method, self.form, loss, losses) = (call.method, form, result.loss, result.losses)
    (errorBound, gradientErrorBounds) = (result.errorBound, bounds)
    (self.parameters, self.tensors, self.selected) = (parameters, tensors, selected)
    (self.gradients, self.scalars) = (gradients, scalars)
    gradientNames = (Array(gradients.keys) + scalars.keys).sorted()
  }

  /// A gradient, which is then no longer here.
  package mutating func takeGradient(_ name: String) -> Gradient? {
    gradients.removeValue(forKey: name)
  }

  /// A gradient in its input's shape.
  package struct Gradient {
    /// The elements; rows and columns are not the shape's.
    package let values: Matrix
    package let shape: [Int]
    /// The rows that are here where processes keep their own; nil for all.
    package let rows: Range<Int>?
  }
}

/// The report of a call; what there is none of is left out.
extension CallOutcome: Encodable {
  private enum CodingKeys: String, CodingKey {
    case method, form, loss, parameters, tensors, gradients, selected
    case errorBound = "error_bound"
    case gradientErrorBounds = "gradient_error_bounds"
  }

  package func encode(to encoder: any Encoder) throws {
    var report = encoder.container(keyedBy: CodingKeys.self)
    try report.encode(method, forKey: .method)
    try report.encode(form, forKey: .form)
    try report.encode(loss, forKey: .loss)
    try report.encodeIfPresent(errorBound, forKey: .errorBound)
    if !gradientErrorBounds.isEmpty {
      try report.encode(gradientErrorBounds, forKey: .gradientErrorBounds)
    }
    try report.encode(parameters, forKey: .parameters)
    try report.encode(tensors, forKey: .tensors)
    try report.encode(gradientNames, forKey: .gradients)
    if !selected.isEmpty { try report.encode(selected, forKey: .selected) }
  }
}

/// What a method's loss is to be differentiated by.
private struct WantedGradients<Method: Objective> {
  private(set) var variables: Set<Method.Variable>
  private(set) var scalars: Set<Method.Scalar> = []

  /// Those of some names, or without names the default.
  init(
    _ names: [String]?, otherwise standard: Set<Method.Variable>
  ) throws(ContrastiveError) {
    guard let names else {
      variables = standard
      return
    }
    variables = []
    for name in names {
      if let variable = Method.Variable(rawValue: name) {
        variables.insert(variable)
      } else if let scalar = Method.Scalar(rawValue: name) {
        scalars.insert(scalar)
      } else {
        let all = Method.Variable.allCases.map(\.rawValue) + Method.Scalar.allCases.map(\.rawValue)
        let nearest = nearestName(to: name, among: all).map { "; did you mean '\($0)'?" } ?? ""
        throw .parameter(
          name: "gradient", found: "'\(name)'",
          expected: "one of \(all.joined(separator: ", "))\(nearest)")
      }
    }
  }
}

extension ObjectiveCall where Method.Details == NegativeCounts {
  package static func selected(_ details: NegativeCounts) -> [String: Int] { details.named() }
}

extension NegativeCounts {
  /// What was counted, by the names of the report.
  func named(excluded: String = "excluded") -> [String: Int] {
    let all: [String: Int?] = [
      "listed": pairs, "false_negatives": falseNegatives, "ring": ring, "ring_draws": ringDraws,
      excluded: self.excluded,
    ]
    return all.compactMapValues { $0 }
  }
}
