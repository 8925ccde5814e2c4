import Contrastive
import ContrastiveFiles
import Testing
import _Reference
import _TestSupport

enum InstDiscEntry: ObjectiveEntry {
  static let name = "instdisc"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try TestData.embeddings(size, 24, seed: seed)
    let n = 2 * size + 3
    let softmax = Problem([
      "queries": Tensor(queries), "bank": Tensor(try TestData.embeddings(n, 24, seed: seed + 1)),
      "indices": .integers(size, below: n, seed: seed),
    ])
    let noise = try Tensor.integers(7 * size, below: n, seed: seed + 1).reshaped([size, 7])
    let contrast = softmax.with(["noise": noise])
    return [
      softmax, contrast, contrast.with(options: ["partition": "300", "epsilon": "0.01"]),
    ]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> InstDisc {
    let standard = try InstDisc()
    return try InstDisc(
      temperature: options.number("temperature") ?? standard.temperature,
      partition: options.number("partition"),
      epsilon: options.number("epsilon") ?? standard.epsilon)
  }

  static func inputs(_ tensors: InputTensors) throws -> InstDisc.Inputs {
    try (
      tensors.embeddings("queries"), tensors.embeddings("bank"), tensors.integers("indices"),
      tensors.has("noise") ? tensors.integers("noise") : nil
    )
  }

  static func reference(
    _ objective: InstDisc, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    let noise = inputs.integers["noise"].map { all in
      let perRow = all.count / inputs["queries"].count
      return inputs["queries"].indices.map { Array(all[($0 * perRow)..<(($0 + 1) * perRow)]) }
    }
    return referenceInstDisc(
      queries: inputs["queries"], bank: inputs["bank"],
      indices: inputs.integers["indices", default: []], noise: noise,
      temperature: objective.temperature, partition: objective.partition,
      epsilon: objective.epsilon)
  }

  /// No gradient passes through the partition.
  static func withConstants(_ problem: Problem) throws -> Problem {
    guard problem.tensors["noise"] != nil else { return problem }
    let (objective, tensors) = try open(problem)
    let found = try objective.evaluate(inputs(tensors), gradients: [], workers: .one)
    let partition = try #require(found.details.partition)
    return problem.with(options: ["partition": "\(partition)"])
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problems = try problems(size: 4, seed: 1)
    func changed(_ name: String, _ values: [Int64]) -> Problem {
      problems[1].with([name: Tensor(.int64(values))])
    }
    return [
      (
        changed("indices", [0, 1, 11, 2]),
        .index(argument: "indices", position: 2, found: "11", expected: "0 ..< 11")
      ),
      (
        changed("indices", [0, 1, -1, 2]),
        .index(argument: "indices", position: 2, found: "-1", expected: "0 ..< 11")
      ),
      (
        changed("indices", [0, 1, 2]),
        .shape(argument: "indices", found: "[3]", expected: "[4]")
      ),
      (
        changed("noise", [0, 1, 2, 11]),
        .index(argument: "noise", position: 3, found: "11", expected: "0 ..< 11")
      ),
      (
        changed("noise", [0, 1, 2, 3, 4]),
        .shape(argument: "noise", found: "[5]", expected: "[8]")
      ),
      (changed("noise", []), .empty(argument: "noise")),
      (
        problems[1].with(options: ["partition": "0"]),
        .parameter(name: "partition", found: "0.0", expected: "a number above 0")
      ),
      (
        problems[0].with(options: ["partition": "3"]),
        .parameter(name: "partition", found: "no noise", expected: "noise rows")
      ),
      (
        problems[1].with(options: ["epsilon": "-1"]),
        .parameter(name: "epsilon", found: "-1.0", expected: "a number of at least 0")
      ),
    ]
  }
}
