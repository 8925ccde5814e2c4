import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum LooCEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    try [1, 3].map { spaces in
      let queries = try Draw.embeddings(size * spaces, 24, seed: seed)
      // Every view in every space near the query of that space.
      let rows = (0..<(size * spaces * spaces)).map { row in
        row / (spaces * spaces) * spaces + row % spaces
      }
      let keys = try Draw.near(queries.rows(at: rows), noise: 0.8, seed: seed + 1)
      let bank = try Draw.embeddings(spaces * (2 * size + 1), 24, seed: seed + 2)
      return try Problem([
        "queries": Tensor(
          shape: [size, spaces, 24], elements: .float32(Array(queries.values))),
        "keys": Tensor(
          shape: [size, spaces, spaces, 24], elements: .float32(Array(keys.values))),
        "bank": Tensor(
          shape: [spaces, 2 * size + 1, 24], elements: .float32(Array(bank.values))),
      ])
    }
  }

  static func reference(_ method: LooCLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceLooC(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      spaces: inputs.shapes["bank", default: [1]][0], temperature: method.temperature)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let problem = try problems(size: 4, seed: 1)[1]
    var fewer = problem
    fewer.tensors["keys"] = try Tensor(
      shape: [4, 2, 3, 24], elements: .float32([Float](repeating: 1, count: 4 * 6 * 24)))
    var noBank = problem
    noBank.tensors["bank"] = try Tensor(shape: [3, 0, 24], elements: .float32([]))
    return [(fewer, "keys"), (noBank, "bank")]
  }
}
