import Contrastive
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// Random calls of every objective, with tensors of wrong shapes, indices and values: each gives
/// finite numbers or a `ContrastiveError`, and none traps.
@Suite struct ObjectiveFuzzTests {
  @Test(.timeLimit(.minutes(30))) func randomCalls() throws {
    let fuzz = Fuzz(calls: 2_000)
    try fuzz.run { random in
      let row = random.element(of: objectives)
      return try call(row, &random)
    }
  }

  /// One call; what was called where it gave neither.
  private func call<Entry: ObjectiveEntry>(
    _ entry: Entry.Type, _ random: inout CounterRandom
  ) throws -> String? {
    let sizes = [1, 2, 3, 5, 8, 17, 33].filter { $0 >= entry.smallestSize }
    var problem = random.element(
      of: try entry.problems(size: random.element(of: sizes), seed: random.next()))
    if entry.hasTemperature, random.happens(0.5) {
      problem = entry.at(
        random.element(of: [1e-6, 1e-3, 0.01, 0.07, 1, 100, 1e6, 1e-7, 0, -1, .nan, 1e300]),
        problem)
    }
    for _ in 0..<random.index(below: 4) {
      let names = problem.tensors.keys.sorted()
      let name = random.element(of: names)
      guard let tensor = problem.tensors[name] else { continue }
      problem.tensors[name] = try changed(tensor, &random)
    }
    if random.happens(0.1) { problem.options["normalize"] = "" }
    let workers = try Workers(count: random.element(of: [1, 2, 3, 7]))
    do {
      let found = try entry.evaluate(problem, workers: workers)
      let numbers = [found.loss] + (found.losses ?? []) + found.scalars.values
      let isFinite =
        numbers.allSatisfy(\.isFinite)
        && found.gradients.values.allSatisfy { $0.values.allSatisfy(\.isFinite) }
      let bad =
        found.gradients.filter { !$0.value.values.allSatisfy(\.isFinite) }.keys.map { "\($0)" }
        + (numbers.allSatisfy(\.isFinite) ? [] : ["loss or scalars \(numbers)"])
      return isFinite ? nil : "\(entry.name): not finite: \(bad), \(Self.text(problem))"
    } catch is ContrastiveError {
      return nil
    }
  }

  private static func text(_ problem: Problem) -> String {
    let tensors = problem.tensors.map { name, tensor in
      let largest: Float? =
        if case .float32(let values) = tensor.elements { values.map(abs).max() } else { nil }
      return "\(name) \(tensor.shape)" + (largest.map { " to \($0)" } ?? "")
    }
    return "\(problem.options) \(tensors.sorted())"
  }

  private func changed(_ tensor: Tensor, _ random: inout CounterRandom) throws -> Tensor {
    switch tensor.elements {
    case .float32(var values):
      var shape = tensor.shape
      switch random.index(below: 6) {
      case 0 where !values.isEmpty:
        values[random.index(below: values.count)] = random.element(of: Self.odd)
      case 1:
        let factor = random.element(of: [0, 1e-30, 1e-38, 1e-20, 1e10, 1e17, 1e30, -1] as [Float])
        values = values.map { $0 * factor }
      case 2 where shape.count > 1:
        // One axis gets another length.
        let axis = random.index(below: shape.count)
        shape[axis] = random.element(of: [0, 1, max(0, shape[axis] - 1), shape[axis] + 1])
        let count = shape.reduce(1, *)
        values = (0..<count).map { values.isEmpty ? 1 : values[$0 % values.count] }
      case 3 where shape.count > 1:
        // All rows are the first, or zeros.
        let width = shape[shape.count - 1]
        let isZero = random.happens(0.5)
        values = values.indices.map { isZero ? 0 : values[$0 % max(1, width)] }
      case 4 where shape.count > 1 && shape[shape.count - 1] > 0:
        let width = shape[shape.count - 1]
        let row = random.index(below: max(1, values.count / width))
        for place in values.indices where place / width == row { values[place] = 0 }
      default: values = values.map { $0.rounded() }
      }
      return try Tensor(shape: shape, elements: .float32(values))
    case .int64(var values):
      guard !values.isEmpty else { return tensor }
      let place = random.index(below: values.count)
      values[place] = random.element(
        of: [-1, -2, 0, 1, Int64(values.count), 1_000, .max, .min, values[place] &+ 1])
      return try Tensor(shape: tensor.shape, elements: .int64(values))
    case .uint8(var values):
      guard !values.isEmpty else { return tensor }
      if random.happens(0.3) {
        values = values.map { _ in 0 }
      } else {
        values[random.index(below: values.count)] = random.element(of: [0, 1, 2, 255])
      }
      return try Tensor(shape: tensor.shape, elements: .uint8(values))
    default: return tensor
    }
  }

  private static let odd: [Float] = [
    .nan, .infinity, -.infinity, 0, -0, .leastNonzeroMagnitude, 1e-38, 1e18, -1e18, 1e19, 1e30,
    3.4e38,
  ]
}
