import Contrastive
import Testing
import _Reference
import _TestSupport

/// Directions of largest variance.
@Suite struct PrincipalComponentsTests {
  @Test func findsThePlaneOfThePoints() throws {
    // 5 + 3 a u + b v with u, v at right angles and a, b independent: u first, nine times the
    // variance.
    let (u, v) = ([0.6, 0.8, 0.0], [0.0, 0.0, 1.0])
    var random = CounterRandom(seed: 1)
    let rows = (0..<4_000).flatMap { _ in
      let (a, b) = (Double(random.uniform(-1, 1)), Double(random.uniform(-1, 1)))
      return (0..<3).map { Float(5 + 3 * a * u[$0] + b * v[$0]) }
    }
    let points = try Matrix(rows: 4_000, columns: 3, values: rows)
    let found = try [1, 2, 3].map {
      try PrincipalComponents(of: points, count: 3, workers: Workers(count: $0))
    }
    #expect(found[1] == found[0] && found[2] == found[0])
    #expect(abs(dot(found[0].components[0], u) - 1) < 1e-3)
    #expect(abs(dot(found[0].components[1], v) - 1) < 1e-3)
    #expect(abs(found[0].shares[0] - 0.9) < 0.01)
    #expect(found[0].shares[2] < 1e-9)
    let places = try found[0].coordinates(of: points)
    let variance = places.reduce(0) { $0 + $1[0] * $1[0] } / 4_000
    #expect(abs(variance - 3) < 0.1)
    #expect(abs(places.reduce(0) { $0 + $1[1] } / 4_000) < 1e-9)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let points = try TestData.embeddings(4, 3, seed: 1)
    #expect(throws: ContrastiveError.parameter(name: "components", found: "4", expected: "1 … 3")) {
      try PrincipalComponents(of: points, count: 4)
    }
    #expect(throws: ContrastiveError.parameter(name: "components", found: "0", expected: "1 … 3")) {
      try PrincipalComponents(of: points, count: 0)
    }
    let found = try PrincipalComponents(of: points, count: 1)
    #expect(throws: ContrastiveError.shape(argument: "rows", found: "[1 × 2]", expected: "[1 × 3]"))
    { try found.coordinates(of: Matrix(zeros: 1, by: 2)) }
    let same = try PrincipalComponents(
      of: Matrix(rows: 2, columns: 2, values: [1, 2, 1, 2]), count: 2)
    #expect(same.shares == [0, 0])
  }
}
