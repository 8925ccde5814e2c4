import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum CNSEntry: ObjectiveEntry {
  static let name = "cns"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let problem = Problem(try bankTensors(size, bankRows: 3 * size + 10, seed: seed))
    return [
      problem, problem.with(options: ["outer": "0.9", "inner": "0.5"]),
      problem.with(options: ["outer": "1", "inner": "0.3", "inner-mode": "static"]),
      try problem.with(["ring-draws": draws(rows: size, below: 4)]).with(
        options: ["outer": "0.5"]),
    ]
  }

  /// Six draws a row, some of them twice.
  private static func draws(rows: Int, below width: Int) throws -> Tensor {
    try Tensor(
      shape: [rows, 6], elements: .int64((0..<(6 * rows)).map { Int64(($0 * 7 / 3) % width) }))
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> CNS {
    let ring = try Ring()
    return try CNS(
      temperature: options.number("temperature") ?? CNS(ring: ring).temperature,
      ring: Ring(
        outer: options.number("outer") ?? ring.outer,
        inner: options.number("inner") ?? ring.inner,
        innerMode: options.choice("inner-mode") ?? ring.innerMode,
        sample: tensors.has("ring-draws") ? .given(tensors.integers("ring-draws")) : nil))
  }

  static func inputs(_ tensors: InputTensors) throws -> CNS.Inputs { try tensors.bankProblem() }

  static func reference(_ objective: CNS, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    let draws = inputs.integers["ring-draws"].map { all in
      inputs["queries"].indices.map { Array(all[(6 * $0)..<(6 * $0 + 6)]) }
    }
    return referenceCNS(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      temperature: objective.temperature,
      ranks: try objective.ring.ranks(of: inputs["bank"].count), draws: draws)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 3, seed: 1)[0]
    func with(_ options: [String: String]) -> Problem { problem.with(options: options) }
    func drawing(_ values: [Int64]) -> Problem {
      with(["outer": "0.5", "inner": "0.5"]).with(["ring-draws": Tensor(.int64(values))])
    }
    func empty(_ ranks: String) -> ContrastiveError {
      .shape(
        argument: "bank", found: "19 rows, of which ranks \(ranks) are the ring",
        expected: "a ring of at least one rank")
    }
    func outside(_ name: String, _ value: String) -> (Problem, ContrastiveError) {
      (
        with([name: value]),
        .parameter(name: name, found: value, expected: "a number from 0 to 1")
      )
    }
    return [
      (
        drawing([0, 1, 5]),
        .index(
          argument: "ring-draws", position: 2, found: "5",
          expected: "0 ..< 5, the columns of the ring of row 2")
      ),
      (
        drawing([0, -1, 2]),
        .index(
          argument: "ring-draws", position: 1, found: "-1",
          expected: "0 ..< 5, the columns of the ring of row 1")
      ),
      (
        drawing([0, 1]),
        .shape(
          argument: "ring-draws", found: "[2]",
          expected: "as many draws for each of 3 rows, at least one")
      ),
      (
        drawing([]),
        .shape(
          argument: "ring-draws", found: "[0]",
          expected: "as many draws for each of 3 rows, at least one")
      ),
      (with(["outer": "0.01"]), empty("0 ..< 0")),
      (with(["inner": "1"]), empty("1 ..< 1")),
      (with(["outer": "0.3", "inner": "0.4", "inner-mode": "static"]), empty("7 ..< 5")),
      outside("outer", "1.1"), outside("inner", "-0.1"), outside("inner", "nan"),
    ]
  }
}
