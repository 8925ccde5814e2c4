import Contrastive
import ContrastiveFiles
import _Reference

enum DCLEntry: ObjectiveEntry {
  static let name = "dcl"
  static let smallestSize = 2

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    [
      Problem(try viewPair(size, noise: 0.8, seed: seed)),
      Problem(try viewPair(size, noise: 8, seed: seed), ["tau-plus": "0.3"]),
    ]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> DCL {
    try DCL(
      temperature: options.number("temperature") ?? DCL().temperature,
      tauPlus: options.number("tau-plus") ?? DCL().tauPlus)
  }

  static func inputs(_ tensors: InputTensors) throws -> DCL.Inputs { try tensors.viewPair() }

  static func reference(_ objective: DCL, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceHCL(
      view1: inputs["view1"], view2: inputs["view2"], temperature: objective.temperature,
      tauPlus: objective.tauPlus, beta: 0)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    [
      (Problem(try viewPair(1, noise: 0.8, seed: 1)), oneImage),
      (
        Problem(try viewPair(6, noise: 0.8, seed: 1), ["tau-plus": "1"]),
        .parameter(name: "tau-plus", found: "1.0", expected: "a number from 0 to below 1")
      ),
    ]
  }
}
