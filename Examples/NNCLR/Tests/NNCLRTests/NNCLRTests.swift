import Contrastive
import Foundation
import NNCLR
import Testing

@Suite struct NNCLRTests {
  /// Unit rows, the same for the same seed.
  private func rows(_ count: Int, seed: Int) throws -> Matrix {
    let rows = (0..<count).map { row in
      (0..<8).map { Float(sin(Double((row + 3) * ($0 + 1) * (seed + 7)) * 1.7)) }
    }
    return try Matrix(rows).normalized().rows
  }

  /// The definition, in Double.
  private func definition(
    _ queries: [[Double]], _ keys: [[Double]], _ bank: [[Double]], _ temperature: Double
  ) -> Double {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let losses = queries.indices.map { i in
      let neighbor = bank.max { dot(queries[i], $0) < dot(queries[i], $1) } ?? []
      let logits = keys.map { dot(neighbor, $0) / temperature }
      let top = logits.max() ?? 0
      return log(logits.reduce(0) { $0 + exp($1 - top) }) + top - logits[i]
    }
    return losses.reduce(0, +) / Double(losses.count)
  }

  private func doubles(_ matrix: Matrix) -> [[Double]] {
    (0..<matrix.rows).map { matrix.row($0).map(Double.init) }
  }

  /// Value against the definition, gradients against its central differences.
  ///
  /// Worst seen: value 6e-8, gradients 2e-6 of the largest.
  @Test(arguments: [1.0, 0.1]) func agreesWithTheDefinition(_ temperature: Double) throws {
    let (queries, keys, bank) = (
      try rows(13, seed: 1), try rows(13, seed: 2), try rows(31, seed: 3)
    )
    let found = try NNCLR(temperature: temperature).evaluate(
      (queries, keys, bank), gradients: [.keys], workers: .all)
    let (q, k, b) = (doubles(queries), doubles(keys), doubles(bank))
    #expect(abs(found.loss - definition(q, k, b, temperature)) < 1e-6)
    let mean = (found.losses ?? []).reduce(0, +) / 13
    #expect(abs(mean - found.loss) < 1e-12)
    let gradient = try #require(found[.keys])
    let largest = gradient.values.map { abs(Double($0)) }.max() ?? 0
    let step = 1e-5
    for row in 0..<13 {
      for column in 0..<8 {
        var (above, below) = (k, k)
        above[row][column] += step
        below[row][column] -= step
        let slope =
          (definition(q, above, b, temperature) - definition(q, below, b, temperature))
          / (2 * step)
        #expect(abs(Double(gradient[row, column]) - slope) < 1e-5 * max(largest, 1e-3))
      }
    }
    let slope =
      (definition(q, k, b, temperature + step) - definition(q, k, b, temperature - step))
      / (2 * step)
    #expect(abs(found[.temperature] - slope) < 1e-5 * max(1, abs(slope)))
  }

  @Test func sameBitsForAnyThreads() throws {
    let inputs = (try rows(300, seed: 1), try rows(300, seed: 2), try rows(500, seed: 3))
    let one = try NNCLR().evaluate(inputs, gradients: [.keys], workers: .one)
    for count in [2, 3, 7] {
      let other = try NNCLR().evaluate(inputs, gradients: [.keys], workers: Workers(count: count))
      #expect(other.loss == one.loss && other[.keys] == one[.keys])
    }
  }

  @Test func namesWhatIsWrong() throws {
    let (queries, bank) = (try rows(3, seed: 1), try rows(5, seed: 2))
    #expect(
      throws: ContrastiveError.parameter(
        name: "temperature", found: "0.0", expected: "a number from 1e-6 to 1e6")
    ) {
      try NNCLR(temperature: 0).evaluate(
        (queries, queries, bank), gradients: [], workers: .all)
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "keys", found: "[5 × 8]", expected: "[3 × 8], the shape of neighbors")
    ) { try NNCLR().evaluate((queries, bank, bank), gradients: [], workers: .all) }
  }

  /// Generic code over objectives finds `evaluate`.
  @Test func isAnObjective() throws {
    func loss<O: Objective>(_ objective: O, _ inputs: O.Inputs) throws -> Double {
      try objective.evaluate(inputs, gradients: [], workers: .all).loss
    }
    let inputs = (
      queries: try rows(4, seed: 1), keys: try rows(4, seed: 2), bank: try rows(9, seed: 3)
    )
    #expect(try loss(NNCLR(), inputs) > 0)
  }
}
