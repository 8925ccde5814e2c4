import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum ReSSLEntry: ObjectiveEntry {
  static let name = "ressl"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let problem = Problem(try bankTensors(size, bankRows: 2 * size - 1, seed: seed))
    return [problem, problem.with(options: ["target-temperature": "0.3"])]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> ReSSL {
    try ReSSL(
      temperature: options.number("temperature") ?? ReSSL().temperature,
      targetTemperature: options.number("target-temperature") ?? ReSSL().targetTemperature)
  }

  static func inputs(_ tensors: InputTensors) throws -> ReSSL.Inputs {
    try tensors.bankProblem()
  }

  static func reference(_ objective: ReSSL, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceReSSL(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      temperature: objective.temperature, targetTemperature: objective.targetTemperature)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    [
      (
        try problems(size: 2, seed: 1)[0].with(options: ["target-temperature": "-1"]),
        .parameter(
          name: "target-temperature", found: "-1.0", expected: "a number from 1e-6 to 1e6")
      )
    ]
  }
}
