import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum HCSCEntry: ObjectiveEntry {
  static let name = "hcsc"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    var problem = Problem(try bankTensors(size, bankRows: 2 * size + 1, seed: seed))
    for (level, negatives) in [size + 1, 2, 0].enumerated() {
      problem = problem.with(
        try clustering(
          level, size: size, clusters: size / 2 + 3 - level, negatives: negatives, seed: seed))
      problem.tensors["instance-mask.\(level)"] = try mask(
        size, 2 * size + 1, seed: seed + 30 + UInt64(level))
    }
    problem.tensors["prototype-mask.0"] = try mask(size, size + 1, seed: seed + 40)
    let zero = problem.with(options: ["unselected": "zero"])
    return [problem, zero, zero.with(options: ["instance-levels": "sum"])]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> HCSC {
    let standard = try HCSC()
    return try HCSC(
      temperature: options.number("temperature") ?? standard.temperature,
      unselected: options.choice("unselected") ?? standard.unselected,
      instanceLevels: options.choice("instance-levels") ?? standard.instanceLevels)
  }

  static func inputs(_ tensors: InputTensors) throws -> HCSC.Inputs {
    let (queries, keys, bank) = try tensors.bankProblem()
    let levels = try tensors.clusterings().enumerated().map { level, targets in
      HCSC.Level(
        targets: targets, instances: try tensors.mask("instance-mask.\(level)"),
        prototypes: tensors.has("prototype-mask.\(level)")
          ? try tensors.mask("prototype-mask.\(level)") : nil)
    }
    return (queries, keys, bank, levels)
  }

  static func reference(_ objective: HCSC, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    let levels = inputs.clusterings
    return referenceHCSC(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"], levels: levels,
      instanceMasks: levels.indices.map { inputs.integers["instance-mask.\($0)", default: []] },
      prototypeMasks: levels.indices.map { inputs.integers["prototype-mask.\($0)"] },
      temperature: objective.temperature, zeros: objective.unselected == .zero,
      sumsInstances: objective.instanceLevels == .sum)
  }

  static func refusal(
    of element: String, at position: Int, in name: String, shape: [Int]
  ) -> ContrastiveError {
    prototypeRefusal(of: element, at: position, in: name, shape: shape)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 4, seed: 1)[0]
    func masked(_ name: String, _ columns: Int, by value: UInt8) throws -> Problem {
      let values = [UInt8](repeating: value, count: 4 * columns)
      return problem.with([name: try Tensor(shape: [4, columns], elements: .uint8(values))])
    }
    return [
      (
        try masked("instance-mask.1", 8, by: 1),
        .shape(argument: "instance-mask.1", found: "[4 × 8]", expected: "[4 × 9]")
      ),
      (
        try masked("instance-mask.2", 9, by: 2),
        .index(argument: "instance-mask.2", position: 0, found: "2", expected: "0 or 1")
      ),
      (
        try masked("prototype-mask.0", 4, by: 1),
        .shape(argument: "prototype-mask.0", found: "[4 × 4]", expected: "[4 × 5]")
      ),
      (
        Problem(problem.tensors.filter { !$0.key.contains(".") }),
        .empty(argument: "centroids.0")
      ),
    ]
  }
}
