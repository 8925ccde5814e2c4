import Testing
import _Reference

/// The definitions' gradients against central differences of their values.
@Suite struct DefinitionTests {
  /// h = 1e-5, within 1e-7 of the largest element.
  @Test(arguments: Row.all) func gradientsAreDerivatives(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for (form, problem) in try entry.problems(size: 5, seed: 4).enumerated() {
        let problem = try entry.withConstants(entry.at(0.3, problem))
        let objective = try entry.open(problem).objective
        let inputs = try ReferenceInputs(problem.tensors)
        let analytic = try entry.reference(objective, inputs)
        for name in entry.variables(problem).map(\.rawValue) {
          let gradient = try #require(analytic.gradients[name])
          let largest = max(1e-3, gradient.joined().map(abs).max() ?? 0)
          var worst = 0.0
          for r in inputs[name].indices {
            for c in inputs[name][r].indices {
              func loss(_ step: Double) throws -> Double {
                var moved = inputs
                moved.rows[name]?[r][c] += step
                return try entry.reference(objective, moved).loss
              }
              let slope = (try loss(1e-5) - loss(-1e-5)) / 2e-5
              worst = max(worst, abs(slope - gradient[r][c]))
            }
          }
          #expect(worst <= 1e-7 * largest, "form \(form): \(name)")
        }
        for (name, slope) in analytic.scalars {
          func definition(at value: Double) throws -> ReferenceResult {
            let moved = problem.with(options: [name: "\(value)"])
            return try entry.reference(entry.open(moved).objective, inputs)
          }
          let value = name == "temperature" ? 0.3 : -2.0
          let exact = try #require(try definition(at: value).scalars[name])
          let difference =
            try (definition(at: value + 1e-5).loss - definition(at: value - 1e-5).loss) / 2e-5
          #expect(abs(difference - exact) <= 1e-7 * max(1, abs(slope)), "form \(form): \(name)")
        }
      }
    }
    try check(row.entry)
  }
}
