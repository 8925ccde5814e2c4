import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum DecoupledEntry: ObjectiveEntry {
  static let smallestSize = 2

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let view1 = try Draw.embeddings(max(2, size), 24, seed: seed)
    let view2 = try Draw.near(view1, noise: 0.8, seed: seed + 1)
    let views = ["view1": Tensor(view1), "view2": Tensor(view2)]
    return [Problem(views), Problem(views, ["--sigma", "0.5"])]
  }

  static func reference(
    _ method: DecoupledLoss, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceDecoupled(
      view1: inputs["view1"], view2: inputs["view2"], temperature: method.temperature,
      weights: method.sigma.map {
        referenceDecoupledWeights(
          view1: inputs.constants["view1", default: []],
          view2: inputs.constants["view2", default: []], sigma: $0)
      } ?? inputs["view1"].map { _ in 1 })
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let one = try Draw.embeddings(1, 24, seed: 1)
    return [(Problem(["view1": Tensor(one), "view2": Tensor(one)]), "view1")]
  }
}
