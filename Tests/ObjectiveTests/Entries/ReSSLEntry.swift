import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum ReSSLEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let tensors = [
      "queries": Tensor(queries),
      "keys": Tensor(try Draw.near(queries, noise: 0.8, seed: seed + 1)),
      "bank": Tensor(try Draw.embeddings(2 * size - 1, 24, seed: seed + 2)),
    ]
    return [Problem(tensors), Problem(tensors, ["--target-temperature", "0.3"])]
  }

  static func reference(
    _ method: ReSSLLoss, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceReSSL(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      temperature: method.temperature, targetTemperature: method.targetTemperature)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let rows = Tensor(try Draw.embeddings(2, 8, seed: 1))
    let tensors = ["queries": rows, "keys": rows, "bank": rows]
    return [(Problem(tensors, ["--target-temperature", "-1"]), "target-temperature")]
  }
}
