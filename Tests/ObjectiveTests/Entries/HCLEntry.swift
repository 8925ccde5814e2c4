import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum HCLEntry: ObjectiveEntry {
  static var smallestSize: Int { 2 }

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let near = try pair(size, noise: 0.8, seed: seed)
    let far = try pair(size, noise: 8, seed: seed)
    return [
      Problem(near), Problem(far, ["--beta", "2.5", "--tau-plus", "0.2"]),
      Problem(far, ["--beta", "0", "--tau-plus", "0"]),
    ]
  }

  /// Two views; on close ones debiasing takes most rows to the floor, on far ones few.
  static func pair(_ size: Int, noise: Float, seed: UInt64) throws -> [String: Tensor] {
    let view1 = try Draw.embeddings(size, 24, seed: seed)
    let view2 = try Draw.near(view1, noise: noise, seed: seed + 1)
    return ["view1": Tensor(view1), "view2": Tensor(view2)]
  }

  static func reference(_ method: HCLLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceHCL(
      view1: inputs["view1"], view2: inputs["view2"], temperature: method.temperature,
      tauPlus: method.tauPlus, beta: method.beta, detachesWeights: method.detachWeights)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let pair = try pair(6, noise: 0.8, seed: 1)
    return [
      (Problem(try Self.pair(1, noise: 0.8, seed: 1)), "view1"),
      (Problem(pair, ["--tau-plus", "1"]), "tau-plus"),
      (Problem(pair, ["--tau-plus=-0.1"]), "tau-plus"),
      (Problem(pair, ["--beta=-1"]), "beta"), (Problem(pair, ["--beta", "nan"]), "beta"),
    ]
  }
}
