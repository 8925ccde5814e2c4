import Contrastive
import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum SwAVEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let prototypes = try Draw.embeddings(size / 2 + 3, 24, seed: seed)
    let first = try Draw.embeddings(size, 24, seed: seed + 1)
    let others = try (0..<3).map { try Draw.near(first, noise: 0.7, seed: seed + 2 + $0) }
    func problem(
      _ views: [Matrix], queue: Int = 0, assigned: Int = 2, _ arguments: [String] = []
    ) throws -> Problem {
      var tensors = [
        "views": try Tensor(
          shape: [views.count, size, 24], elements: .float32(views.flatMap(\.values))),
        "prototypes": Tensor(prototypes),
      ]
      if queue > 0 {
        let earlier = try Draw.embeddings(assigned * queue, 24, seed: seed + 9)
        tensors["queue"] = try Tensor(
          shape: [assigned, queue, 24], elements: .float32(Array(earlier.values)))
      }
      return Problem(tensors, arguments)
    }
    return try [
      problem([first, others[0]]),
      problem([first] + others, queue: size / 3 + 2, ["--epsilon", "0.03"]),
      problem(
        [first, others[0], others[1]], queue: 3, assigned: 1,
        ["--assign-views", "1", "--iterations", "0"]),
    ]
  }

  static func reference(_ method: SwAVLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSwAV(
      views: inputs["views"], fixedViews: inputs.constants["views", default: []],
      count: inputs.shapes["views", default: [1]][0], prototypes: inputs["prototypes"],
      fixedPrototypes: inputs.constants["prototypes", default: []],
      queue: inputs.rows["queue", default: []], assigned: method.assignViews,
      epsilon: method.epsilon, iterations: method.iterations, temperature: method.temperature)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let problem = try problems(size: 4, seed: 1)[1]
    var single = problem
    single.tensors["views"] = try Tensor(
      shape: [1, 4, 24], elements: .float32([Float](repeating: 1, count: 96)))
    func with(_ option: String, _ value: String) -> Problem {
      Problem(problem.tensors, [option, value])
    }
    return [
      (single, "views"), (with("--assign-views", "3"), "queue"),
      (with("--assign-views", "0"), "assign-views"), (with("--epsilon", "0"), "epsilon"),
      (with("--iterations", "-1"), "iterations"),
    ]
  }
}
