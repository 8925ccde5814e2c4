import Testing
import _Reference

/// The definitions' gradients against central differences of their values.
@Suite struct DefinitionTests {
  /// h = 1e-5, within 1e-7 of the largest element.
  @Test(arguments: Row.all) func gradientsAreDerivatives(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for (form, problem) in try entry.problems(size: 5, seed: 4).enumerated() {
        let problem = try entry.withConstants(entry.at(0.3, problem))
        let method = try entry.method(problem)
        let inputs = try ReferenceInputs(problem.tensors)
        let analytic = try entry.reference(method, inputs)
        for name in entry.variables(problem).map(\.rawValue) where name != "temperature" {
          let gradient = try #require(analytic.gradients[name])
          let largest = max(1e-3, gradient.joined().map(abs).max() ?? 0)
          var worst = 0.0
          for r in inputs[name].indices {
            for c in inputs[name][r].indices {
              func loss(_ step: Double) throws -> Double {
                var moved = inputs
                moved.rows[name]?[r][c] += step
                return try entry.reference(method, moved).loss
              }
              let slope = (try loss(1e-5) - loss(-1e-5)) / 2e-5
              worst = max(worst, abs(slope - gradient[r][c]))
            }
          }
          #expect(worst <= 1e-7 * largest, "form \(form): \(name)")
        }
        guard let slope = analytic.temperatureGradient else { continue }
        func loss(_ temperature: Double) throws -> Double {
          try entry.reference(entry.method(entry.at(temperature, problem)), inputs).loss
        }
        let difference = try (loss(0.3 + 1e-5) - loss(0.3 - 1e-5)) / 2e-5
        #expect(abs(difference - slope) <= 1e-7 * max(1, abs(slope)), "form \(form): temperature")
      }
    }
    try check(row.entry)
  }
}
