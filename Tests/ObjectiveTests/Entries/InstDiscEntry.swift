import ContrastiveCommand
import ContrastiveFiles
import Testing
import _Reference

enum InstDiscEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let n = 2 * size + 3
    let softmax = [
      "queries": Tensor(queries), "bank": Tensor(try Draw.embeddings(n, 24, seed: seed + 1)),
      "indices": Tensor(.int64(Draw.integers(size, below: n, seed: seed))),
    ]
    let noise = try Tensor(
      shape: [size, 7], elements: .int64(Draw.integers(7 * size, below: n, seed: seed + 1)))
    let contrast = softmax.merging(["noise": noise]) { a, _ in a }
    return [
      Problem(softmax), Problem(contrast),
      Problem(contrast, ["--partition", "300", "--epsilon", "0.01"]),
    ]
  }

  static func reference(
    _ method: InstDiscLoss, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    let noise = inputs.integers["noise"].map { all in
      let perRow = all.count / inputs["queries"].count
      return inputs["queries"].indices.map { Array(all[($0 * perRow)..<(($0 + 1) * perRow)]) }
    }
    return referenceInstDisc(
      queries: inputs["queries"], bank: inputs["bank"],
      indices: inputs.integers["indices", default: []], noise: noise,
      temperature: method.temperature, partition: method.partition, epsilon: method.epsilon)
  }

  /// No gradient passes through the partition.
  static func withConstants(_ problem: Problem) throws -> Problem {
    guard problem.tensors["noise"] != nil else { return problem }
    var inputs = LossInputs(file: SafetensorsFile(tensors: problem.tensors), normalizes: false)
    let found = try method(problem).evaluate(&inputs, gradients: [], workers: .one)
    let partition = try #require(found.details.partition)
    return Problem(problem.tensors, problem.arguments + ["--partition", "\(partition)"])
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let problems = try problems(size: 4, seed: 1)
    func changed(_ name: String, _ shape: [Int], _ values: [Int64]) throws -> Problem {
      var problem = problems[1]
      problem.tensors[name] = try Tensor(shape: shape, elements: .int64(values))
      return problem
    }
    return [
      (try changed("indices", [4], [0, 1, 11, 2]), "indices"),
      (try changed("indices", [4], [0, 1, -1, 2]), "indices"),
      (try changed("indices", [3], [0, 1, 2]), "indices"),
      (try changed("indices", [2, 2], [0, 1, 2, 3]), "indices"),
      (try changed("noise", [4, 1], [0, 1, 2, 11]), "noise"),
      (try changed("noise", [2, 2], [0, 1, 2, 3]), "noise"),
      (try changed("noise", [4, 0], []), "noise"),
      (Problem(problems[1].tensors, ["--partition", "0"]), "partition"),
      (Problem(problems[0].tensors, ["--partition", "3"]), "partition"),
      (Problem(problems[1].tensors, ["--epsilon", "-1"]), "epsilon"),
    ]
  }
}
