import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum SupConEntry: ObjectiveEntry {
  /// Labels of a few rows each, labels of many, and both with lone ones among them.
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let embeddings = Tensor(try Draw.embeddings(size, 24, seed: seed))
    let few = Draw.integers(size, below: size / 3 + 1, seed: seed + 1)
    let many = Draw.integers(size, below: 3, seed: seed + 2)
    let mixed = zip(few, many).map { $0 % 5 == 0 ? $0 : -$1 }
    return [
      Problem(["embeddings": embeddings, "labels": Tensor(.int64(few))]),
      Problem(
        ["embeddings": embeddings, "labels": Tensor(.int64(many))], ["--base-temperature", "0.2"]),
      Problem(
        ["embeddings": embeddings, "labels": Tensor(.int64(mixed))], ["--variant", "in"]),
    ]
  }

  static func reference(_ method: SupConLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSupCon(
      embeddings: inputs["embeddings"], labels: inputs.integers["labels", default: []],
      temperature: method.temperature, baseTemperature: method.baseTemperature,
      insideLogarithm: method.variant == .inside)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let embeddings = Tensor(try Draw.embeddings(6, 24, seed: 1))
    let labels = Tensor(.int64([0, 0, 1, 1, 2, 2]))
    let short = Tensor(.int64([0, 0, 1]))
    return [
      (Problem(["embeddings": embeddings]), "labels"),
      (Problem(["embeddings": embeddings, "labels": short]), "labels"),
      (Problem(["embeddings": embeddings, "labels": embeddings]), "labels"),
      (
        Problem(["embeddings": embeddings, "labels": labels], ["--base-temperature", "0"]),
        "base-temperature"
      ),
      (Problem(["embeddings": embeddings, "labels": labels], ["--variant", "both"]), "variant"),
    ]
  }
}
