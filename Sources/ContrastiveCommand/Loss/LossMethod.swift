import ArgumentParser
import Contrastive
import ContrastiveFiles

/// A method of `contrastive loss`: one subcommand with the options of one objective.
package protocol LossMethod: ParsableCommand {
  /// The objective.
  associatedtype Method: Objective

  /// Files, normalization, the choice of gradients.
  var files: LossFiles { get }

  /// Every option with the value used.
  var parameters: [String: JSONValue] { get }

  /// Fetches what it needs from the inputs and computes.
  func evaluate(
    _ inputs: inout LossInputs, gradients: Set<Method.Variable>, workers: Workers
  ) throws -> Evaluation<Method>

  /// What was selected, by name.
  static func selected(_ details: Method.Details) -> [String: Int]

  /// Options that the data settled, by name.
  static func settled(_ details: Method.Details) -> [String: Double]
}

extension LossMethod {
  /// The method's name.
  package static var method: String { configuration.commandName ?? "" }

  package static func settled(_ details: Method.Details) -> [String: Double] { [:] }

  /// Reads the inputs, evaluates, writes the outputs and prints the report.
  package func run() throws {
    let wanted = try files.gradients(of: Method.self)
    let file = try OutputFile(files.output, format: .safetensors, inputs: [files.input])
    var inputs = LossInputs(
      file: try SafetensorsFile(path: files.input), normalizes: files.normalize,
      zeroRows: files.zeroRows)
    let result = try evaluate(
      &inputs, gradients: wanted.variables, workers: files.parallel.workers)
    try inputs.requireAllUsed(by: Self.method)

    var tensors = ["loss": Tensor(.float64([result.loss]))]
    for variable in wanted.variables {
      let name = variable.rawValue
      guard let gradient = result[variable] else { continue }
      tensors["gradient.\(name)"] = try inputs.gradientTensor(gradient, of: name)
    }
    for scalar in wanted.scalars {
      tensors["gradient.\(scalar.rawValue)"] = Tensor(.float64([result[scalar]]))
    }
    if files.rows {
      guard let losses = result.losses else {
        throw ValidationError("--rows: the value of \(Self.method) is no mean of rows")
      }
      tensors["losses"] = Tensor(.float64(losses))
    }
    try file.write(tensors)
    let selected = Self.selected(result.details)
    try Standard.json(
      LossReport(
        method: Self.method, form: form(inputs), loss: result.loss,
        parameters: parameters.merging(files.parameters) { own, _ in own }
          .merging(Self.settled(result.details).mapValues(JSONValue.number)) { $1 },
        tensors: inputs.used.sorted(),
        gradients: (wanted.variables.map(\.rawValue) + wanted.scalars.map(\.rawValue)).sorted(),
        selected: selected.isEmpty ? nil : selected), beside: file)
  }

  /// What was computed: against a bank, or in the batch, or with other tensors that decide it.
  private func form(_ inputs: LossInputs) -> String {
    if inputs.used.contains("noise") { return "noise" }
    return inputs.used.contains { $0 == "bank" } ? "bank" : "in-batch"
  }
}

extension LossMethod where Method.Details == NegativeCounts {
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

/// What `contrastive loss` prints.
private struct LossReport: Encodable {
  let method: String
  let form: String
  let loss: Double
  let parameters: [String: JSONValue]
  let tensors: [String]
  let gradients: [String]
  let selected: [String: Int]?
}
