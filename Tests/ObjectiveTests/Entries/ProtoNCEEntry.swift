import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum ProtoNCEEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let base = try Draw.bankTensors(size, seed: seed)
    let first = try Draw.clustering(
      0, size: size, clusters: size / 2 + 2, negatives: size, seed: seed)
    let second = try Draw.clustering(1, size: size, clusters: 3, negatives: 0, seed: seed)
    let one = base.merging(first) { a, _ in a }
    let two = one.merging(second) { a, _ in a }
    return [Problem(one), Problem(two), Problem(two, ["--duplicates", "keep"])]
  }

  static func reference(
    _ method: ProtoNCELoss, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceProtoNCE(
      queries: inputs["queries"], keys: inputs["keys"], bank: inputs["bank"],
      clusterings: inputs.clusterings, temperature: method.temperature,
      masksDuplicates: method.duplicates == .mask)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let problem = try problems(size: 4, seed: 1)[0]
    return [
      ("assignments.0", Tensor(.int64([0, 1, 2, 4]))), ("assignments.0", Tensor(.int64([0]))),
      ("negatives.0", Tensor(.int64([-1]))), ("concentrations.0", Tensor(.float32([1, 1]))),
      ("concentrations.0", Tensor(.float32([1, 1, 0, 1]))),
    ].map { name, tensor in
      var changed = problem
      changed.tensors[name] = tensor
      return (changed, name)
    }
  }
}
