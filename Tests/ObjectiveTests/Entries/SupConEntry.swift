import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum SupConEntry: ObjectiveEntry {
  static let name = "supcon"

  /// Labels of a few rows each, labels of many, and both with lone ones among them.
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let embeddings = Tensor(try TestData.embeddings(size, 24, seed: seed))
    let few = TestData.integers(size, below: size / 3 + 1, seed: seed + 1)
    let many = TestData.integers(size, below: 3, seed: seed + 2)
    let mixed = zip(few, many).map { $0 % 5 == 0 ? $0 : -$1 }
    func problem(_ labels: [Int], _ options: [String: String] = [:]) -> Problem {
      Problem(
        ["embeddings": embeddings, "labels": Tensor(.int64(labels.map(Int64.init)))], options)
    }
    return [
      problem(few), problem(many, ["base-temperature": "0.2"]), problem(mixed, ["variant": "in"]),
    ]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> SupCon {
    try SupCon(
      temperature: options.number("temperature") ?? SupCon().temperature,
      baseTemperature: options.number("base-temperature"),
      variant: options.choice("variant") ?? SupCon().variant)
  }

  static func inputs(_ tensors: InputTensors) throws -> SupCon.Inputs {
    try (tensors.embeddings("embeddings"), tensors.integers("labels"))
  }

  static func reference(_ objective: SupCon, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSupCon(
      embeddings: inputs["embeddings"], labels: inputs.integers["labels", default: []],
      temperature: objective.temperature, baseTemperature: objective.baseTemperature,
      insideLogarithm: objective.variant == .inside)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 6, seed: 1)[0]
    return [
      (
        problem.with(["labels": Tensor(.int64([0, 0, 1]))]),
        .shape(
          argument: "labels", found: "[3]", expected: "[6], one for each row of embeddings")
      ),
      (
        problem.with(options: ["base-temperature": "0"]),
        .parameter(name: "base-temperature", found: "0.0", expected: "a number from 1e-6 to 1e6")
      ),
    ]
  }
}
