import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum CNSEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let tensors = [
      "queries": Tensor(queries),
      "keys": Tensor(try Draw.near(queries, noise: 0.8, seed: seed + 1)),
      "bank": Tensor(try Draw.embeddings(3 * size + 10, 24, seed: seed + 2)),
    ]
    return [
      Problem(tensors), Problem(tensors, ["--outer", "0.9", "--inner", "0.5"]),
      Problem(tensors, ["--outer", "1", "--inner", "0.3", "--inner-mode", "static"]),
    ]
  }

  static func reference(_ method: CNSLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceCNS(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      temperature: method.temperature, ranks: try method.ring.ranks(of: inputs["bank"].count))
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let tensors = try problems(size: 3, seed: 1)[0].tensors
    return [
      (Problem(tensors, ["--outer", "0.01"]), "ring"),
      (Problem(tensors, ["--inner", "1"]), "ring"),
      (Problem(tensors, ["--outer", "0.3", "--inner", "0.4", "--inner-mode", "static"]), "ring"),
      (Problem(tensors, ["--outer", "1.1"]), "outer"),
      (Problem(tensors, ["--inner", "-0.1"]), "inner"),
      (Problem(tensors, ["--inner", "nan"]), "inner"),
    ]
  }
}
