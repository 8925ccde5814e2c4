import ArgumentParser
import Contrastive
import ContrastiveFiles

/// A method of `contrastive loss`: one subcommand with the options of one objective.
package protocol LossMethod: ParsableCommand {
  /// What the loss can be differentiated by; the raw value is the tensor's name.
  associatedtype Variable: RawRepresentable<String> & CaseIterable & Hashable & Sendable

  /// The gradients written when none are named.
  static var defaultGradients: Set<Variable> { get }

  /// Files, normalization, the choice of gradients.
  var files: LossFiles { get }

  /// Every option with the value used.
  var parameters: [String: JSONValue] { get }

  /// Fetches what it needs from the inputs and computes.
  func evaluate(
    _ inputs: inout LossInputs, gradients: Set<Variable>, workers: Workers
  ) throws -> Evaluation<Variable>
}

extension LossMethod {
  /// The method's name.
  package static var method: String { configuration.commandName ?? "" }

  /// Reads the inputs, evaluates, writes the outputs and prints the report.
  package func run() throws {
    let wanted = try files.variables(of: Self.self)
    var inputs = LossInputs(
      file: try SafetensorsFile(path: files.input), normalizes: files.normalize)
    let result = try evaluate(&inputs, gradients: wanted, workers: files.parallel.workers)

    var tensors = ["loss": Tensor(.float64([result.loss]))]
    for variable in wanted {
      let name = variable.rawValue
      if let gradient = result[variable] {
        tensors["gradient.\(name)"] = try inputs.gradientTensor(gradient, of: name)
      } else if let slope = result.temperatureGradient {
        tensors["gradient.\(name)"] = Tensor(.float64([slope]))
      }
    }
    try SafetensorsFile(tensors: tensors).write(to: files.output)
    try Standard.json(
      LossReport(
        method: Self.method, loss: result.loss,
        parameters: parameters.merging(["normalize": .flag(files.normalize)]) { own, _ in own }
          .merging(result.settled.mapValues(JSONValue.number)) { _, settled in settled },
        gradients: wanted.map(\.rawValue).sorted(),
        selected: result.selected.isEmpty ? nil : result.selected))
  }
}

/// What `contrastive loss` prints.
private struct LossReport: Encodable {
  let method: String
  let loss: Double
  let parameters: [String: JSONValue]
  let gradients: [String]
  let selected: [String: Int]?
}
