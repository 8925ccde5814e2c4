import Contrastive
import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum InvPEntry: ObjectiveEntry {
  /// Own rows near their queries; neighbors at random, so some walks come back and some repeat.
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let n = 3 * size + 4
    let own = try Draw.near(queries, noise: 0.8, seed: seed + 1)
    let others = try Draw.embeddings(n - size, 24, seed: seed + 2)
    let bank = try Matrix(
      rows: n, columns: 24, values: Array(others.values) + Array(own.values))
    // Every other query has an own row that is nothing like it.
    let indices = (0..<size).map { Int64($0 % 2 == 0 ? n - size + $0 : $0) }
    let tensors = [
      "queries": Tensor(queries), "bank": Tensor(bank), "indices": Tensor(.int64(indices)),
      "neighbors": try Tensor(
        shape: [n, 3], elements: .int64(Draw.integers(3 * n, below: n, seed: seed))),
    ]
    return [
      Problem(tensors, ["--positives", "7"]),
      Problem(tensors, ["--background", "\(max(2, n / 3))", "--epsilon", "1e-7", "--steps", "2"]),
      Problem(tensors, ["--background", "2", "--positives", "1", "--weight", "1.5"]),
      Problem(tensors, ["--weight", "0", "--background", "\(n - 1)"]),
      Problem(tensors, ["--exact-background", "--positives", "3"]),
      Problem(
        tensors, ["--exact-background", "--background", "\(max(2, n / 3))", "--epsilon", "1e-3"]),
    ]
  }

  static func reference(_ method: InvPLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    let bank = inputs["bank"]
    let table = inputs.integers["neighbors", default: []]
    let k = table.count / bank.count
    return referenceInvP(
      queries: inputs["queries"], bank: bank, indices: inputs.integers["indices", default: []],
      neighbors: bank.indices.map { Array(table[($0 * k)..<(($0 + 1) * k)]) },
      temperature: method.temperature, background: method.background,
      positives: method.positives, steps: method.steps, weight: method.weight,
      epsilon: method.epsilon, exactBackground: method.exactBackground)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let tensors = try problems(size: 4, seed: 1)[0].tensors
    func changed(_ name: String, _ shape: [Int], _ values: [Int64]) throws -> Problem {
      var changed = tensors
      changed[name] = try Tensor(shape: shape, elements: .int64(values))
      return Problem(changed)
    }
    return [
      (Problem(tensors, ["--background", "1"]), "background"),
      (Problem(tensors, ["--background", "0"]), "background"),
      (Problem(tensors, ["--positives", "0"]), "positives"),
      (Problem(tensors, ["--steps", "0"]), "steps"),
      (Problem(tensors, ["--weight", "-1"]), "weight"),
      (Problem(tensors, ["--epsilon", "nan"]), "epsilon"),
      (try changed("indices", [4], [0, 1, 16, 2]), "indices"),
      (try changed("indices", [2], [0, 1]), "indices"),
      (try changed("neighbors", [2, 2], [0, 1, 1, 0]), "neighbors"),
      (try changed("neighbors", [16, 1], [Int64](repeating: -1, count: 16)), "neighbors"),
      (try changed("neighbors", [16, 0], []), "neighbors"),
      (try changed("neighbors", [16], [Int64](repeating: 0, count: 16)), "neighbors"),
    ]
  }
}
