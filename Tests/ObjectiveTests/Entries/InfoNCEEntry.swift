import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum InfoNCEEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let keys = try Draw.near(queries, noise: 0.8, seed: seed + 1)
    let pair = ["queries": Tensor(queries), "keys": Tensor(keys)]
    let bank = Tensor(try Draw.embeddings(2 * size + 1, 24, seed: seed + 2))
    return [
      Problem(pair.merging(["bank": bank]) { a, _ in a }),
      Problem(pair), Problem(pair, ["--symmetric"]),
    ]
  }

  static func reference(
    _ method: InfoNCELoss, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceInfoNCE(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs.rows["bank"],
      temperature: method.temperature, symmetric: method.symmetric)
  }
}
