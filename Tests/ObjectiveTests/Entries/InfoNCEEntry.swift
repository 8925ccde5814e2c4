import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum InfoNCEEntry: ObjectiveEntry {
  static let name = "infonce"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try TestData.embeddings(size, 24, seed: seed)
    let keys = try TestData.near(queries, noise: 0.8, seed: seed + 1)
    let pair = Problem(["queries": Tensor(queries), "keys": Tensor(keys)])
    let bank = Tensor(try TestData.embeddings(2 * size + 1, 24, seed: seed + 2))
    return [pair.with(["bank": bank]), pair, pair.with(options: ["symmetric": ""])]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> InfoNCE {
    try InfoNCE(
      temperature: options.number("temperature") ?? InfoNCE().temperature,
      symmetric: options.flag("symmetric"))
  }

  static func inputs(_ tensors: InputTensors) throws -> InfoNCE.Inputs {
    try (
      tensors.embeddings("queries"), tensors.embeddings("keys"),
      tensors.embeddingsIfPresent("bank")
    )
  }

  static func reference(
    _ objective: InfoNCE, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceInfoNCE(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs.rows["bank"],
      temperature: objective.temperature, symmetric: objective.symmetric)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 3, seed: 1)[0]
    return [
      (
        problem.with(options: ["symmetric": ""]),
        .parameter(name: "symmetric", found: "a bank", expected: "the in-batch form")
      )
    ]
  }
}
