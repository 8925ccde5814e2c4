import Contrastive
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
      try Problem(
        tensors.merging(["ring-draws": draws(rows: size, below: 4)]) { $1 }, ["--outer", "0.5"]),
    ]
  }

  /// Six draws a row, some of them twice.
  private static func draws(rows: Int, below width: Int) throws -> Tensor {
    try Tensor(
      shape: [rows, 6], elements: .int64((0..<(6 * rows)).map { Int64(($0 * 7 / 3) % width) }))
  }

  static func reference(_ method: CNSLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    let ring = try Ring(outer: method.outer, inner: method.inner, innerMode: method.innerMode)
    let draws = inputs.integers["ring-draws"].map { all in
      inputs["queries"].indices.map { Array(all[(6 * $0)..<(6 * $0 + 6)]) }
    }
    return referenceCNS(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      temperature: method.temperature, ranks: try ring.ranks(of: inputs["bank"].count),
      draws: draws)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let tensors = try problems(size: 3, seed: 1)[0].tensors
    func drawing(_ values: [Int64], _ shape: [Int], _ options: [String] = []) throws -> Problem {
      let draws = try Tensor(shape: shape, elements: .int64(values))
      return Problem(
        tensors.merging(["ring-draws": draws]) { $1 },
        ["--outer", "0.5", "--inner", "0.5"] + options)
    }
    return try [
      (drawing([0, 1, 5], [3, 1]), "0 ..< 5"), (drawing([0, -1, 2], [3, 1]), "0 ..< 5"),
      (drawing([0, 1], [2, 1]), "each of 3 rows"), (drawing([], [3, 0]), "at least one"),
      (drawing([0, 1, 2], [3, 1], ["--ring-draws", "2"]), "both the option and a tensor"),
      (Problem(tensors, ["--outer", "0.5", "--ring-draws", "0"]), "ring-draws"),
      (Problem(tensors, ["--outer", "0.5", "--ring-draws", "3", "--mix", "2"]), "mixing"),
      (Problem(tensors, ["--outer", "0.01"]), "ring"),
      (Problem(tensors, ["--inner", "1"]), "ring"),
      (Problem(tensors, ["--outer", "0.3", "--inner", "0.4", "--inner-mode", "static"]), "ring"),
      (Problem(tensors, ["--outer", "1.1"]), "outer"),
      (Problem(tensors, ["--inner", "-0.1"]), "inner"),
      (Problem(tensors, ["--inner", "nan"]), "inner"),
    ]
  }
}
