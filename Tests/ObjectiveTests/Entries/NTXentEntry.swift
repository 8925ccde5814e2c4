import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum NTXentEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let view1 = try Draw.embeddings(size, 24, seed: seed)
    let view2 = try Draw.near(view1, noise: 0.8, seed: seed + 1)
    return [Problem(["view1": Tensor(view1), "view2": Tensor(view2)])]
  }

  static func reference(_ method: NTXentLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceNTXent(
      view1: inputs["view1"], view2: inputs["view2"], temperature: method.temperature)
  }
}
