import Contrastive
import Foundation
import Testing
import _Reference
import _TestSupport

/// Rows of zeros that are kept, and rows of any length where pairs of rows are compared.
@Suite struct ZeroRowsTests {
  /// 30 rows, of which 4 and 17 are zeros.
  private let rows: Matrix

  init() throws {
    var rows = try TestData.embeddings(30, 6, seed: 1)
    for row in [4, 17] { for column in 0..<6 { rows[row, column] = 0 } }
    self.rows = rows
  }

  @Test func normalizedRowsStayZero() throws {
    let unit = try rows.normalized(zeroRows: .keep)
    #expect(unit.norms[4] == 0 && unit.norms[17] == 0)
    for row in [4, 17] { #expect(unit.rows.row(row).allSatisfy { $0 == 0 }) }
    let back = try unit.backward(TestData.embeddings(30, 6, seed: 2))
    for row in [4, 17] { #expect(back.row(row).allSatisfy { $0 == 0 }) }
    #expect(back.values.allSatisfy { $0.isFinite })
    #expect(throws: ContrastiveError.zeroNorm(argument: "embeddings", row: 4)) {
      try rows.normalized()
    }
  }

  /// The squared distance of a row of zeros to a unit row is 1, to another 0.
  @Test func distancesAreThoseOfTheRows() throws {
    let unit = try rows.normalized(zeroRows: .keep).rows.doubles
    var (sum, cosines) = (0.0, 0.0)
    for i in unit.indices {
      for j in unit.indices where i != j {
        let square = zip(unit[i], unit[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        sum += exp(-2 * square)
        cosines += dot(unit[i], unit[j])
      }
    }
    let uniformity = try Uniformity(zeroRows: .keep)
    expectClose([try uniformity.value(of: rows)], [log(sum / 870)], within: 1e-6)  // 6e-9
    // Where every exponential is beyond Double: the nearest pairs are those of a row of zeros.
    let far = try Matrix([[0, 0], [1, 0], [-1, 0]])
    let sharp = try Uniformity(t: 1_000, zeroRows: .keep).value(of: far)
    expectClose([sharp], [log(4.0 / 6) - 1_000], within: 1e-6)
    let collapse = try Collapse(of: rows, zeroRows: .keep)
    expectClose([collapse.meanCosine], [cosines / 870], within: 1e-5)
    let alignment = try Alignment(zeroRows: .keep)
    let other = try TestData.embeddings(30, 6, seed: 3)
    let expected = zip(unit, other.doubles).map { x, y in
      zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    expectClose([try alignment.value(rows, other)], [expected.reduce(0, +) / 30], within: 1e-6)
  }

  /// Centroids are of unit length, and the points that are not zeros are clustered as without them.
  @Test func clustersLeaveThemOut() throws {
    var options = try KMeans(metric: .spherical, seed: 5, zeroRows: .keep)
    let found = try options.fit(rows, clusters: 4)
    for row in 0..<4 {
      let norm = found.centroids.row(row).reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(norm - 1) < 1e-6)
    }
    let others = rows.rows(at: (0..<30).filter { $0 != 4 && $0 != 17 })
    options.seeding = .given(found.centroids)
    let again = try options.fit(others, clusters: 4)
    #expect(worstError(again.centroids, found.centroids.doubles) < 1e-6)
    #expect(throws: ContrastiveError.zeroNorm(argument: "points", row: 0)) {
      try KMeans(metric: .spherical, zeroRows: .keep).fit(Matrix(zeros: 3, by: 2), clusters: 1)
    }
    // No more clusters than rows with a direction.
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "29", expected: "at most 28, the number of distinct points")
    ) {
      try KMeans(metric: .spherical, zeroRows: .keep).fit(rows, clusters: 29)
    }
  }

  @Test func votesAndAuditsGoOn() throws {
    let labels = (0..<30).map { $0 % 3 }
    var evaluation = try RepresentationEvaluation()
    evaluation.zeroRows = .keep
    let set = try RepresentationEvaluation.Embeddings(rows, labels: labels)
    let found = try evaluation.run(test: set, train: set, views: rows)
    #expect(found.skipped == [:])
    #expect(found[.alignment] == 0)
    let audit = try NegativeAudit(neighbors: [3], clusters: [3], zeroRows: .keep)
    _ = try audit.run(rows, support: [rows], labels: labels)
  }

  /// BYOL and SimSiam divide by the length of a row, however short or long.
  @Test(arguments: [1e-37, 1e-30, 1e-20, 1e-13, 1e25] as [Float]) func pairsOfAnyLength(
    _ length: Float
  ) throws {
    let (p, z) = try (TestData.embeddings(12, 5, seed: 8), TestData.embeddings(12, 5, seed: 9))
    let long = try Matrix(rows: 12, columns: 5, values: p.values.map { $0 * length })
    func loss(_ p: Matrix, _ z: Matrix) throws -> Double {
      try SimSiam().evaluate(
        predictions1: p, predictions2: p, projections1: z, projections2: z, gradients: []
      ).loss
    }
    let expected = try loss(p, z)
    // Subnormal numbers have fewer digits.
    #expect(abs(try loss(long, z) - expected) < 1e-6)
    #expect(abs(try loss(z, long) - expected) < 1e-6)
    guard length > 1e-30 else { return }
    let unit = try BYOL().evaluate(
      predictions1: p, predictions2: p, projections1: z, projections2: z)
    let found = try BYOL().evaluate(
      predictions1: long, predictions2: long, projections1: z, projections2: z)
    let scaled = try #require(found[.predictions1]).doubles.map { $0.map { $0 * Double(length) } }
    #expect(worstError(try #require(unit[.predictions1]), scaled) < 1e-5)
  }

  /// x̂ = 0: ‖p̂ − ẑ‖² is 1, the cosine 0, and nothing moves.
  @Test func pairsWithAZeroRow() throws {
    let z = try Matrix([[1, 0], [0, 1]])
    let p = try Matrix([[0, 0], [0, 3]])
    let byol = try BYOL(zeroRows: .keep).evaluate(
      predictions1: p, predictions2: z, projections1: z, projections2: z)
    #expect(byol.loss == 0.5)
    #expect(byol[.predictions1]?.row(0).allSatisfy { $0 == 0 } == true)
    let simSiam = try SimSiam(zeroRows: .keep).evaluate(
      predictions1: p, predictions2: z, projections1: z, projections2: z)
    #expect(simSiam.loss == -0.75)
    #expect(throws: ContrastiveError.zeroNorm(argument: "predictions1", row: 0)) {
      try BYOL().evaluate(predictions1: p, predictions2: z, projections1: z, projections2: z)
    }
    #expect(throws: ContrastiveError.zeroNorm(argument: "projections2", row: 0)) {
      try SimSiam().evaluate(predictions1: z, predictions2: z, projections1: z, projections2: p)
    }
  }
}
