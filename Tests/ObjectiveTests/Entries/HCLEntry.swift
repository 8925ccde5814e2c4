import Contrastive
import ContrastiveFiles
import _Reference

enum HCLEntry: ObjectiveEntry {
  static let name = "hcl"
  static let smallestSize = 2

  /// On close views debiasing takes most rows to the floor, on far ones few.
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let far = try viewPair(size, noise: 8, seed: seed)
    return [
      Problem(try viewPair(size, noise: 0.8, seed: seed)),
      Problem(far, ["beta": "2.5", "tau-plus": "0.2"]),
      Problem(far, ["beta": "0", "tau-plus": "0"]),
    ]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> HCL {
    let standard = try HCL()
    return try HCL(
      temperature: options.number("temperature") ?? standard.temperature,
      tauPlus: options.number("tau-plus") ?? standard.weights.tauPlus,
      beta: options.number("beta") ?? standard.weights.beta,
      detachesWeights: options.flag("detach-weights"))
  }

  static func inputs(_ tensors: InputTensors) throws -> HCL.Inputs { try tensors.viewPair() }

  static func reference(_ objective: HCL, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceHCL(
      view1: inputs["view1"], view2: inputs["view2"], temperature: objective.temperature,
      tauPlus: objective.weights.tauPlus, beta: objective.weights.beta,
      detachesWeights: objective.weights.detached)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 6, seed: 1)[0]
    func refusal(
      _ name: String, _ value: Double, _ expected: String
    ) -> (problem: Problem, error: ContrastiveError) {
      (
        problem.with(options: [name: "\(value)"]),
        .parameter(name: name, found: "\(value)", expected: expected)
      )
    }
    return [
      (Problem(try viewPair(1, noise: 0.8, seed: 1)), oneImage),
      refusal("tau-plus", 1, "a number from 0 to below 1"),
      refusal("tau-plus", -0.1, "a number from 0 to below 1"),
      refusal("beta", -1, "0, or a number from 1e-30 to 1e6"),
      refusal("beta", .nan, "0, or a number from 1e-30 to 1e6"),
    ]
  }
}
