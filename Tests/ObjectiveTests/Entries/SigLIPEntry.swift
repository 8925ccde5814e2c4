import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum SigLIPEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let keys = try Draw.near(queries, noise: 0.8, seed: seed + 1)
    let pair = ["queries": Tensor(queries), "keys": Tensor(keys)]
    return [Problem(pair), Problem(pair, ["--bias=-1.5"])]
  }

  static func reference(_ method: SigLIPLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSigLIP(
      queries: inputs["queries"], keys: inputs["keys"], temperature: method.temperature,
      bias: method.bias)
  }
}
