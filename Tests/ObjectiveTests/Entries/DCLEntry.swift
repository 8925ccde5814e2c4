import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum DCLEntry: ObjectiveEntry {
  static var smallestSize: Int { 2 }

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    [
      Problem(try HCLEntry.pair(size, noise: 0.8, seed: seed)),
      Problem(try HCLEntry.pair(size, noise: 8, seed: seed), ["--tau-plus", "0.3"]),
    ]
  }

  static func reference(_ method: DCLLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceHCL(
      view1: inputs["view1"], view2: inputs["view2"], temperature: method.temperature,
      tauPlus: method.tauPlus, beta: 0)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    [
      (Problem(try HCLEntry.pair(1, noise: 0.8, seed: 1)), "view1"),
      (Problem(try HCLEntry.pair(6, noise: 0.8, seed: 1), ["--tau-plus", "1"]), "tau-plus"),
    ]
  }
}
