import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum HCSCEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    var tensors = try Draw.bankTensors(size, seed: seed)
    for (level, negatives) in [size + 1, 2, 0].enumerated() {
      let more = try Draw.clustering(
        level, size: size, clusters: size / 2 + 3 - level, negatives: negatives, seed: seed)
      tensors.merge(more) { a, _ in a }
      tensors["instance-mask.\(level)"] = try Draw.mask(
        size, 2 * size + 1, seed: seed + 30 + UInt64(level))
    }
    tensors["prototype-mask.0"] = try Draw.mask(size, size + 1, seed: seed + 40)
    return [
      Problem(tensors), Problem(tensors, ["--unselected", "zero"]),
      Problem(tensors, ["--unselected", "zero", "--instance-levels", "sum"]),
    ]
  }

  static func reference(_ method: HCSCLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    let levels = inputs.clusterings
    return referenceHCSC(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"], levels: levels,
      instanceMasks: levels.indices.map { inputs.integers["instance-mask.\($0)", default: []] },
      prototypeMasks: levels.indices.map { inputs.integers["prototype-mask.\($0)"] },
      temperature: method.temperature, zeros: method.unselected == .zero,
      sumsInstances: method.instanceLevels == .sum)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let problem = try problems(size: 4, seed: 1)[0]
    return [
      (
        "instance-mask.1",
        try Tensor(shape: [4, 8], elements: .uint8([UInt8](repeating: 1, count: 32)))
      ),
      (
        "instance-mask.2",
        try Tensor(shape: [4, 9], elements: .uint8([UInt8](repeating: 2, count: 36)))
      ),
      (
        "prototype-mask.0",
        try Tensor(shape: [4, 4], elements: .uint8([UInt8](repeating: 1, count: 16)))
      ),
    ].map { name, tensor in
      var changed = problem
      changed.tensors[name] = tensor
      return (changed, name)
    }
  }
}
