import Contrastive
import ContrastiveFiles
import _Reference

enum DecoupledEntry: ObjectiveEntry {
  static let name = "decoupled"
  static let smallestSize = 2

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let views = Problem(try viewPair(max(2, size), noise: 0.8, seed: seed))
    return [views, views.with(options: ["sigma": "0.5"])]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> Decoupled {
    try Decoupled(
      temperature: options.number("temperature") ?? Decoupled().temperature,
      sigma: options.number("sigma"))
  }

  static func inputs(_ tensors: InputTensors) throws -> Decoupled.Inputs {
    try tensors.viewPair()
  }

  static func reference(
    _ objective: Decoupled, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceDecoupled(
      view1: inputs["view1"], view2: inputs["view2"], temperature: objective.temperature,
      weights: objective.sigma.map {
        referenceDecoupledWeights(
          view1: inputs.constants["view1", default: []],
          view2: inputs.constants["view2", default: []], sigma: $0)
      } ?? inputs["view1"].map { _ in 1 })
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    [
      (Problem(try viewPair(1, noise: 0.8, seed: 1)), oneImage),
      (
        Problem(try viewPair(3, noise: 0.8, seed: 1), ["sigma": "0"]),
        .parameter(name: "sigma", found: "0.0", expected: "a number from 1e-6 to 1e6")
      ),
    ]
  }
}
