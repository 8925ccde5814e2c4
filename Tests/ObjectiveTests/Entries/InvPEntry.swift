import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum InvPEntry: ObjectiveEntry {
  static let name = "invp"

  /// Own rows near their queries; neighbors at random, so some walks come back and some repeat.
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try TestData.embeddings(size, 24, seed: seed)
    let n = 3 * size + 4
    let own = try TestData.near(queries, noise: 0.8, seed: seed + 1)
    let others = try TestData.embeddings(n - size, 24, seed: seed + 2)
    // Every other query has an own row that is nothing like it.
    let indices = (0..<size).map { Int64($0 % 2 == 0 ? n - size + $0 : $0) }
    let problem = Problem([
      "queries": Tensor(queries), "bank": Tensor(others.stacked(on: own)),
      "indices": Tensor(.int64(indices)),
      "neighbors": try Tensor.integers(3 * n, below: n, seed: seed + 5).reshaped([n, 3]),
    ])
    let third = "\(max(2, n / 3))"
    return [
      ["positives": "7"], ["background": third, "epsilon": "1e-7", "steps": "2"],
      ["background": "2", "positives": "1", "weight": "1.5"],
      ["weight": "0", "background": "\(n - 1)"], ["exact-background": "", "positives": "3"],
      ["exact-background": "", "background": third, "epsilon": "1e-3"],
    ].map { problem.with(options: $0) }
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> InvP {
    let standard = try InvP()
    return try InvP(
      temperature: options.number("temperature") ?? standard.temperature,
      background: options.integer("background") ?? standard.background,
      positives: options.integer("positives") ?? standard.positives,
      steps: options.integer("steps") ?? standard.steps,
      weight: options.number("weight") ?? standard.weight,
      epsilon: options.number("epsilon") ?? standard.epsilon,
      exactBackground: options.flag("exact-background"))
  }

  static func inputs(_ tensors: InputTensors) throws -> InvP.Inputs {
    try (
      tensors.embeddings("queries"), tensors.embeddings("bank"), tensors.integers("indices"),
      NeighborGraph(
        nodes: tensors.shape("neighbors")[0], indices: tensors.integers("neighbors"))
    )
  }

  static func reference(_ objective: InvP, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    let bank = inputs["bank"]
    let table = inputs.integers["neighbors", default: []]
    let k = table.count / bank.count
    return referenceInvP(
      queries: inputs["queries"], bank: bank, indices: inputs.integers["indices", default: []],
      neighbors: bank.indices.map { Array(table[($0 * k)..<(($0 + 1) * k)]) },
      temperature: objective.temperature, background: objective.background,
      positives: objective.positives, steps: objective.steps, weight: objective.weight,
      epsilon: objective.epsilon, exactBackground: objective.exactBackground)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 4, seed: 1)[0]
    func with(_ option: String, _ value: String) -> Problem {
      problem.with(options: [option: value])
    }
    func changed(_ name: String, _ shape: [Int], _ values: [Int64]) throws -> Problem {
      problem.with([name: try Tensor(shape: shape, elements: .int64(values))])
    }
    return [
      (
        with("background", "1"),
        .shape(
          argument: "bank", found: "a background of 1 row", expected: "at least 2 rows")
      ),
      (
        with("background", "0"),
        .parameter(name: "background", found: "0", expected: "at least 1")
      ),
      (with("positives", "0"), .parameter(name: "positives", found: "0", expected: "at least 1")),
      (with("steps", "0"), .parameter(name: "steps", found: "0", expected: "1 … 16")),
      (
        with("steps", "\(Int.max)"),
        .parameter(name: "steps", found: "\(Int.max)", expected: "1 … 16")
      ),
      (
        with("weight", "-1"),
        .parameter(name: "weight", found: "-1.0", expected: "a number of at least 0")
      ),
      (
        with("epsilon", "nan"),
        .parameter(name: "epsilon", found: "nan", expected: "a number of at least 0")
      ),
      (
        try changed("indices", [4], [0, 1, 16, 2]),
        .index(argument: "indices", position: 2, found: "16", expected: "0 ..< 16")
      ),
      (
        try changed("indices", [2], [0, 1]),
        .shape(argument: "indices", found: "[2]", expected: "[4]")
      ),
      (
        try changed("neighbors", [2, 2], [0, 1, 1, 0]),
        .shape(
          argument: "neighbors", found: "[2 × 2]", expected: "[16 × k], a row for each bank row")
      ),
      (
        try changed("neighbors", [16, 1], [Int64](repeating: -1, count: 16)),
        .index(argument: "neighbors", position: 0, found: "-1", expected: "0 ..< 16")
      ),
      (try changed("neighbors", [16, 0], []), .empty(argument: "neighbors")),
    ]
  }
}
