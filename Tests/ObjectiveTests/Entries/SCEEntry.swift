import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum SCEEntry: ObjectiveEntry {
  static let name = "sce"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let withBank = Problem(try bankTensors(size, bankRows: 2 * size + 1, seed: seed))
    let pair = Problem(withBank.tensors.filter { $0.key != "bank" })
    return [
      withBank, withBank.with(options: ["self": "zero", "lambda": "0.9"]),
      pair.with(options: ["self": "zero", "target-temperature": "0.5"]),
    ] + (size > 1 ? [pair.with(options: ["lambda": "0", "target-temperature": "0.02"])] : [])
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> SCE {
    let standard = try SCE()
    return try SCE(
      temperature: options.number("temperature") ?? standard.temperature,
      targetTemperature: options.number("target-temperature") ?? standard.targetTemperature,
      lambda: options.number("lambda") ?? standard.lambda,
      positiveInTargets: options.choice("self") ?? standard.positiveInTargets)
  }

  static func inputs(_ tensors: InputTensors) throws -> SCE.Inputs {
    try (
      tensors.embeddings("queries"), tensors.embeddings("keys"),
      tensors.embeddingsIfPresent("bank")
    )
  }

  static func reference(_ objective: SCE, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSCE(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs.rows["bank"],
      temperature: objective.temperature, targetTemperature: objective.targetTemperature,
      lambda: objective.lambda, zeroForOwn: objective.positiveInTargets == .zero)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let one = Tensor(try TestData.embeddings(1, 8, seed: 1))
    let alone = Problem(["queries": one, "keys": one])
    func refused(
      _ name: String, _ value: String, _ expected: String
    ) -> (problem: Problem, error: ContrastiveError) {
      (
        alone.with(options: ["self": "zero", name: value]),
        .parameter(name: name, found: value, expected: expected)
      )
    }
    return [
      (
        alone,
        .shape(
          argument: "keys", found: "[1 × 8]",
          expected: "at least two rows, without a bank and with the positive excluded")
      ),
      refused("lambda", "1.5", "a number from 0 to 1"),
      refused("lambda", "nan", "a number from 0 to 1"),
      refused("target-temperature", "0.0", "a number from 1e-6 to 1e6"),
    ]
  }
}
