import Contrastive
import ContrastiveFiles
import Testing
import _Reference
import _TestSupport

/// Students and teachers that agree on nearly everything, where differences are all there is.
@Suite struct SoftTargetTests {
  /// The bank holds a near copy of every query.
  ///
  /// One column has all but 1e-2 … 1e-12 of the mass of
  /// student and teacher, and the loss and gradient are what is left.
  /// Worst error seen: value 1e-6, gradient 1e-5.
  @Test(arguments: [(0.2, 0.1), (0.1, 0.07), (0.07, 0.04), (0.04, 0.04), (0.03, 0.05)])
  func oneColumnDominates(_ temperature: Double, _ target: Double) throws {
    for rows in [1, 5, 300] {
      let queries = try TestData.embeddings(rows, 48, seed: 3)
      let keys = try TestData.near(queries, noise: 0.1, seed: 4)
      let copies = try TestData.near(queries, noise: 0.1, seed: 5)
      let others = try TestData.embeddings(40, 48, seed: 6)
      let bank = try Matrix(
        rows: rows + 40, columns: 48, values: Array(others.values) + Array(copies.values))
      let problem = Problem(
        ["queries": Tensor(queries), "keys": Tensor(keys), "bank": Tensor(bank)],
        ["temperature": "\(temperature)", "target-temperature": "\(target)"])
      try expectDigits(ReSSLEntry.self, problem, slack: max(1, 0.05 / temperature))
      try expectDigits(
        SCEEntry.self, problem.with(options: ["lambda": "0"]), slack: max(1, 0.05 / temperature))
    }
  }

  /// The table's tolerances, of the loss and of the gradient for the queries.
  private func expectDigits<Entry: ObjectiveEntry>(
    _ entry: Entry.Type, _ problem: Problem, slack: Double
  ) throws {
    let found = try entry.evaluate(problem)
    let expected = try entry.reference(problem)
    #expect(relativeError(found.loss, expected.loss) <= 2e-5 * slack)
    let gradient = try #require(found.gradients["queries"])
    let reference = try #require(expected.gradients["queries"])
    #expect(worstError(gradient, reference) <= 1e-4 * slack)
    if let slope = found.scalars["temperature"], let expected = expected.temperatureGradient {
      #expect(relativeError(slope, expected) <= 1e-4 * slack)
    }
  }

  /// The own key and a bank row are near-copies of the query, and all of the target is on the bank:
  /// the slope in the temperature is a difference of similarities that agree in four digits.
  @Test(arguments: [Float(0.05), 0.02, 0.01]) func copiesOfTheOwnKey(_ noise: Float) throws {
    for temperature in [0.1, 0.05] {
      let queries = try TestData.embeddings(7, 48, seed: 3)
      let keys = try TestData.near(queries, noise: noise, seed: 4)
      let bank = try TestData.near(queries, noise: noise, seed: 5).stacked(
        on: TestData.embeddings(40, 48, seed: 6))
      try expectDigits(
        SCEEntry.self,
        Problem(
          ["queries": Tensor(queries), "keys": Tensor(keys), "bank": Tensor(bank)],
          ["temperature": "\(temperature)", "target-temperature": "0.05", "lambda": "0"]),
        slack: 1)
    }
  }

  /// One bank row: its probability is 1 for everyone.
  @Test func oneBankRow() throws {
    let rows = try TestData.embeddings(3, 8, seed: 1)
    let result = try ReSSL().evaluate(
      queries: rows, keys: rows, bank: TestData.embeddings(1, 8, seed: 2))
    #expect(result.loss == 0)
    #expect(result[.queries] == Matrix(zeros: 3, by: 8))
  }
}
