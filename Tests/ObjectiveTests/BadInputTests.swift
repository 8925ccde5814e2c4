import Contrastive
import ContrastiveFiles
import Foundation
import Testing

/// What every objective refuses, with the very error.
@Suite struct BadInputTests {
  /// NaN and infinities in the first, a middle and the last element of every float tensor.
  @Test(arguments: Row.all) func notFinite(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for problem in try entry.problems(size: 6, seed: 6) {
        for (name, tensor) in problem.tensors {
          guard case .float32(let values) = tensor.elements else { continue }
          for bad in [Float.nan, .infinity, -.infinity] {
            for position in [0, values.count / 2, values.count - 1] {
              var broken = values
              broken[position] = bad
              let changed = problem.with([
                name: try Tensor(shape: tensor.shape, elements: .float32(broken))
              ])
              let refusal = entry.refusal(
                of: "\(bad)", at: position, in: name, shape: tensor.shape)
              #expect(throws: refusal, "\(name)") { try entry.evaluate(changed) }
            }
          }
        }
      }
    }
    try check(row.entry)
  }

  /// Every tensor in turn without rows, and of another dimension, as Refusals.txt lists them.
  @Test(arguments: Row.all) func wrongShapes(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      var found: [String] = []
      for (form, problem) in try entry.problems(size: 6, seed: 7).enumerated() {
        for (name, tensor) in problem.tensors.sorted(by: { $0.key < $1.key }) {
          guard case .float32(let values) = tensor.elements, tensor.shape.count > 1 else {
            continue
          }
          var (narrow, empty) = (tensor.shape, tensor.shape)
          narrow[narrow.count - 1] = 1
          empty[0] = 0
          for shape in [narrow, empty] {
            let count = shape.reduce(1, *)
            let part = try Tensor(shape: shape, elements: .float32(Array(values[..<count])))
            let changed = problem.with([name: part])
            var line = "\(entry.name) \(form) \(name) \(shape): "
            do {
              line += "\(try entry.evaluate(changed).loss.isFinite ? "taken" : "not finite")"
            } catch let error as ContrastiveError {
              line += "\(error)"
            }
            found.append(line)
          }
        }
      }
      #expect(found == Self.listed.filter { $0.hasPrefix("\(entry.name) ") })
    }
    try check(row.entry)
  }

  private static let listed: [String] = {
    let url = Bundle.module.url(forResource: "Refusals", withExtension: "txt")
    let text = url.flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? ""
    return text.split(separator: "\n").map(String.init)
  }()

  @Test(arguments: Row.all) func whatTheObjectiveNames(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for refusal in try entry.refusals() {
        #expect(throws: refusal.error) { try entry.evaluate(refusal.problem) }
      }
      guard entry.hasTemperature else { return }
      for temperature in [0, -1, .nan, .infinity] as [Double] {
        let problem = entry.at(temperature, try entry.problems(size: 6, seed: 8)[0])
        let error = ContrastiveError.parameter(
          name: "temperature", found: "\(temperature)", expected: "a number from 1e-6 to 1e6")
        #expect(throws: error) { try entry.evaluate(problem) }
      }
    }
    try check(row.entry)
  }
}
