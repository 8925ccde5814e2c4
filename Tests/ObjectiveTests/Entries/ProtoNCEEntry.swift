import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum ProtoNCEEntry: ObjectiveEntry {
  static let name = "protonce"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let base = Problem(try bankTensors(size, bankRows: 2 * size + 1, seed: seed))
    let one = base.with(
      try clustering(0, size: size, clusters: size / 2 + 2, negatives: size, seed: seed))
    let two = one.with(
      try clustering(1, size: size, clusters: 3, negatives: 0, seed: seed))
    return [one, two, two.with(options: ["duplicates": "keep"])]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> ProtoNCE {
    try ProtoNCE(
      temperature: options.number("temperature") ?? ProtoNCE().temperature,
      masksDuplicates: options.text("duplicates").map { $0 == "mask" }
        ?? ProtoNCE().masksDuplicates)
  }

  static func inputs(_ tensors: InputTensors) throws -> ProtoNCE.Inputs {
    let (queries, keys, bank) = try tensors.bankProblem()
    return (queries, keys, bank, try tensors.clusterings())
  }

  static func reference(
    _ objective: ProtoNCE, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceProtoNCE(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      clusterings: inputs.clusterings, temperature: objective.temperature,
      masksDuplicates: objective.masksDuplicates)
  }

  static func refusal(
    of element: String, at position: Int, in name: String, shape: [Int]
  ) -> ContrastiveError {
    prototypeRefusal(of: element, at: position, in: name, shape: shape)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 4, seed: 1)[0]
    func changed(_ name: String, _ elements: Tensor.Elements) -> Problem {
      problem.with([name: Tensor(elements)])
    }
    return [
      (
        changed("assignments.0", .int64([0, 1, 2, 4])),
        .index(argument: "assignments.0", position: 3, found: "4", expected: "0 ..< 4")
      ),
      (
        changed("assignments.0", .int64([0])),
        .shape(
          argument: "assignments.0", found: "[1]", expected: "[4], one for each row of queries")
      ),
      (
        changed("negatives.0", .int64([-1])),
        .index(argument: "negatives.0", position: 0, found: "-1", expected: "0 ..< 4")
      ),
      (
        changed("concentrations.0", .float32([1, 1])),
        .shape(
          argument: "concentrations.0", found: "[2]", expected: "[4], one for each centroid")
      ),
      (
        changed("concentrations.0", .float32([1, 1, 0, 1])),
        .index(
          argument: "concentrations.0", position: 2, found: "0.0",
          expected: "a number from 1e-6 to 1e6")
      ),
    ]
  }
}
