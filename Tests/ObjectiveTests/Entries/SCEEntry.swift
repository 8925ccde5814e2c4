import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum SCEEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let keys = try Draw.near(queries, noise: 0.8, seed: seed + 1)
    let pair = ["queries": Tensor(queries), "keys": Tensor(keys)]
    let withBank = pair.merging([
      "bank": Tensor(try Draw.embeddings(2 * size + 1, 24, seed: seed + 2))
    ]) { a, _ in a }
    return [
      Problem(withBank), Problem(withBank, ["--self", "zero", "--lambda", "0.9"]),
      Problem(pair, ["--self", "zero", "--target-temperature", "0.5"]),
    ] + (size > 1 ? [Problem(pair, ["--lambda", "0", "--target-temperature", "0.02"])] : [])
  }

  static func reference(_ method: SCELoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSCE(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs.rows["bank"],
      temperature: method.temperature, targetTemperature: method.targetTemperature,
      lambda: method.lambda, zeroForOwn: method.ownColumn == .zero)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let one = Tensor(try Draw.embeddings(1, 8, seed: 1))
    let alone = ["queries": one, "keys": one]
    return [
      (Problem(alone), "keys"),
      (Problem(alone, ["--self", "zero", "--lambda", "1.5"]), "lambda"),
      (Problem(alone, ["--self", "zero", "--lambda", "nan"]), "lambda"),
      (Problem(alone, ["--self", "zero", "--target-temperature", "0"]), "target-temperature"),
    ]
  }
}
