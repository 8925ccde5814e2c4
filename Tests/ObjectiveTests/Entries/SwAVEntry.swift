import Contrastive
import ContrastiveFiles
import Testing
import _Reference
import _TestSupport

enum SwAVEntry: ObjectiveEntry {
  static let name = "swav"
  static let isMeanOfRows = false

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let prototypes = try TestData.embeddings(size / 2 + 3, 24, seed: seed)
    let first = try TestData.embeddings(size, 24, seed: seed + 1)
    let others = try (0..<3).map { try TestData.near(first, noise: 0.7, seed: seed + 2 + $0) }
    func problem(
      _ views: [Matrix], queue: Int = 0, assigned: Int = 2, _ options: [String: String] = [:]
    ) throws -> Problem {
      var tensors = [
        "views": try Tensor(
          shape: [views.count, size, 24], elements: .float32(views.flatMap(\.values))),
        "prototypes": Tensor(prototypes),
      ]
      if queue > 0 {
        let earlier = Tensor(try TestData.embeddings(assigned * queue, 24, seed: seed + 9))
        tensors["queue"] = try earlier.reshaped([assigned, queue, 24])
      }
      return Problem(tensors, options)
    }
    return try [
      problem([first, others[0]]),
      problem([first] + others, queue: size / 3 + 2, ["epsilon": "0.03"]),
      problem(
        [first, others[0], others[1]], queue: 3, assigned: 1,
        ["assign-views": "1", "iterations": "0"]),
    ]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> SwAV {
    let standard = try SwAV()
    return try SwAV(
      temperature: options.number("temperature") ?? standard.temperature,
      sinkhorn: Sinkhorn(
        epsilon: options.number("epsilon").map(Float.init) ?? standard.sinkhorn.epsilon,
        iterations: options.integer("iterations") ?? standard.sinkhorn.iterations),
      assignedViews: options.integer("assign-views") ?? standard.assignedViews)
  }

  static func inputs(_ tensors: InputTensors) throws -> SwAV.Inputs {
    try (
      tensors.embeddings("views"), tensors.shape("views")[0], tensors.matrix("prototypes"),
      tensors.matrices("queue")
    )
  }

  static func reference(_ objective: SwAV, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSwAV(
      views: inputs["views"], fixedViews: inputs.constants["views", default: []],
      count: inputs.shapes["views", default: [1]][0], prototypes: inputs["prototypes"],
      fixedPrototypes: inputs.constants["prototypes", default: []],
      queue: inputs.rows["queue", default: []], assigned: objective.assignedViews,
      // The number that was meant, not the nearest Float.
      epsilon: try #require(Double("\(objective.sinkhorn.epsilon)")),
      iterations: objective.sinkhorn.iterations, temperature: objective.temperature)
  }

  static func refusal(
    of element: String, at position: Int, in name: String, shape: [Int]
  ) -> ContrastiveError {
    let (row, column) = position.quotientAndRemainder(dividingBy: 24)
    guard name == "queue" else {
      return .nonFinite(argument: name, row: row, column: column, found: element)
    }
    let (queue, place) = row.quotientAndRemainder(dividingBy: shape[1])
    return .nonFinite(argument: "queue[\(queue)]", row: place, column: column, found: element)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 4, seed: 1)[1]
    func with(_ option: String, _ value: String) -> Problem {
      problem.with(options: [option: value])
    }
    let single = try Tensor(TestData.embeddings(4, 24, seed: 1)).reshaped([1, 4, 24])
    return [
      (
        problem.with(["views": single]),
        .shape(
          argument: "views", found: "1 views in [4 × 24]",
          expected: "at least 2 views of equally many rows")
      ),
      (
        with("assign-views", "3"),
        .shape(
          argument: "queue", found: "2 queues",
          expected: "3, one for each view that gives codes")
      ),
      (
        with("assign-views", "5"),
        .shape(
          argument: "views", found: "4 views in [16 × 24]",
          expected: "at least 5 views of equally many rows")
      ),
      (
        with("assign-views", "0"),
        .parameter(name: "assign-views", found: "0", expected: "at least 1")
      ),
      (with("epsilon", "0"), .parameter(name: "epsilon", found: "0.0", expected: "above 0")),
      (
        with("iterations", "-1"),
        .parameter(name: "iterations", found: "-1", expected: "0 or more")
      ),
    ]
  }
}
