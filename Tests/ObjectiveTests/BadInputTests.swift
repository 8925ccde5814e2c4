import Contrastive
import ContrastiveFiles
import Testing

/// What every objective refuses, by name.
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
              var changed = problem
              changed.tensors[name] = try Tensor(shape: tensor.shape, elements: .float32(broken))
              expectRefusal(entry, changed, naming: name)
            }
          }
        }
      }
    }
    try check(row.entry)
  }

  /// Every tensor in turn missing (where it is needed), empty, and of another dimension.
  @Test(arguments: Row.all) func wrongShapes(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for problem in try entry.problems(size: 6, seed: 7) {
        for (name, tensor) in problem.tensors where tensor.shape.count > 1 {
          guard case .float32(let values) = tensor.elements else { continue }
          var changed = problem
          let rows = tensor.shape.dropLast().reduce(1, *)
          let narrow = tensor.shape.dropLast() + [1]
          changed.tensors[name] = try Tensor(
            shape: Array(narrow), elements: .float32(Array(values[..<rows])))
          // A single tensor may have any dimension.
          if problem.tensors.values.count(where: { $0.shape.count > 1 }) > 1 {
            expectRefusal(entry, changed, naming: nil)
          }
          changed.tensors[name] = try Tensor(
            shape: [0] + tensor.shape.dropFirst(), elements: .float32([]))
          if !name.hasPrefix("negatives") { expectRefusal(entry, changed, naming: nil) }
          changed.tensors[name] = try Tensor(
            shape: [values.count], elements: .float32(values))
          expectRefusal(entry, changed, naming: name)
        }
      }
    }
    try check(row.entry)
  }

  @Test(arguments: Row.all) func whatTheObjectiveNames(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for refusal in try entry.refusals() {
        expectRefusal(entry, refusal.problem, naming: refusal.message)
      }
      guard entry.temperatureOption != nil else { return }
      for temperature in [0, -1, .nan, .infinity] as [Double] {
        let problem = entry.at(temperature, try entry.problems(size: 6, seed: 8)[0])
        expectRefusal(entry, problem, naming: "temperature")
      }
    }
    try check(row.entry)
  }

  private func expectRefusal<Entry: ObjectiveEntry>(
    _ entry: Entry.Type, _ problem: Problem, naming name: String?
  ) {
    do {
      let found = try entry.evaluate(problem)
      Issue.record("\(entry.name) accepts it: \(found.loss), \(name ?? "")")
    } catch let error as ContrastiveError {
      if let name { #expect("\(error)".contains(name), "\(error)") }
    } catch {
      // Options that do not parse are refused by the argument parser.
    }
  }
}
