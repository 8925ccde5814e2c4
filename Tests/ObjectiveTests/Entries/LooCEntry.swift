import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum LooCEntry: ObjectiveEntry {
  static let name = "looc"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    try [1, 3].map { spaces in
      let queries = try TestData.embeddings(size * spaces, 24, seed: seed)
      // Every view in every space near the query of that space.
      let rows = (0..<(size * spaces * spaces)).map { row in
        row / (spaces * spaces) * spaces + row % spaces
      }
      let keys = try TestData.near(queries.rows(at: rows), noise: 0.8, seed: seed + 1)
      let bank = try TestData.embeddings(spaces * (2 * size + 1), 24, seed: seed + 2)
      return try Problem([
        "queries": Tensor(queries).reshaped([size, spaces, 24]),
        "keys": Tensor(keys).reshaped([size, spaces, spaces, 24]),
        "bank": Tensor(bank).reshaped([spaces, 2 * size + 1, 24]),
      ])
    }
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> LooC {
    try LooC(temperature: options.number("temperature") ?? LooC().temperature)
  }

  static func inputs(_ tensors: InputTensors) throws -> LooC.Inputs {
    let bank = try tensors.embeddings("bank")
    let shape = try tensors.shape("bank")
    return (
      try tensors.embeddings("queries"), try tensors.embeddings("keys"),
      (0..<shape[0]).map { bank.rows(($0 * shape[1])..<(($0 + 1) * shape[1])) }
    )
  }

  static func reference(_ objective: LooC, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceLooC(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      spaces: inputs.shapes["bank", default: [1]][0], temperature: objective.temperature)
  }

  static func refusal(
    of element: String, at position: Int, in name: String, shape: [Int]
  ) -> ContrastiveError {
    let (row, column) = position.quotientAndRemainder(dividingBy: 24)
    guard name == "bank", shape[0] > 1 else {
      return .nonFinite(argument: name, row: row, column: column, found: element)
    }
    let (space, place) = row.quotientAndRemainder(dividingBy: shape[1])
    return .nonFinite(argument: "bank[\(space)]", row: place, column: column, found: element)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 4, seed: 1)[1]
    let fewer = try Tensor(TestData.embeddings(24, 24, seed: 1)).reshaped([4, 2, 3, 24])
    let images = try Tensor(TestData.embeddings(11, 24, seed: 1)).reshaped([1, 11, 24])
    return [
      (
        problem.with(["keys": fewer]),
        .shape(argument: "keys", found: "[24 × 24]", expected: "[36 × 24]")
      ),
      (
        problem.with(["queries": images]),
        .shape(argument: "queries", found: "[11 × 24]", expected: "a multiple of 3 rows")
      ),
      (
        problem.with(["bank": try Tensor(shape: [3, 0, 24], elements: .float32([]))]),
        .bankNotFilled(argument: "bank[0]")
      ),
      (
        problem.with(["bank": try Tensor(shape: [0, 9, 24], elements: .float32([]))]),
        .bankNotFilled(argument: "bank")
      ),
    ]
  }
}
