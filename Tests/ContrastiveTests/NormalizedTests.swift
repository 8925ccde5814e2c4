import Contrastive
import Testing
import _TestSupport
import _Reference

/// Rows are normalized exactly, whatever their length.
@Suite struct NormalizedTests {
  @Test(arguments: [1e-38, 1e-30, 1e-20, 1e-13, 1e-6, 1, 1e12, 1e30] as [Float])
  func everyLengthIsExact(_ length: Float) throws {
    let unit = try TestData.embeddings(20, 9, seed: 6)
    let long = try Matrix(rows: 20, columns: 9, values: unit.values.map { $0 * length })
    let found = try long.normalized()
    // Products with a small length are rounded; the smallest are subnormal.
    #expect(worstError(found.rows, unit.doubles) < (length < 1e-37 ? 1e-5 : 2e-7))
    #expect(found.norms.allSatisfy { abs($0 / Double(length) - 1) < 1e-5 })
    guard length > 1e-30 else { return }
    let gradient = try TestData.embeddings(20, 9, seed: 7)
    let back = try found.backward(gradient)
    let expected = zip(unit.doubles, gradient.doubles).map { x, g in
      let along = dot(x, g)
      return zip(g, x).map { ($0 - along * $1) / Double(length) }
    }
    #expect(worstError(back, expected) < 1e-6)
  }

  @Test func tinyAndZeroRows() throws {
    let tiny = try Matrix(rows: 2, columns: 2, values: [1, 0, .leastNonzeroMagnitude, 0])
    let found = try tiny.normalized()
    #expect(Array(found.rows.values) == [1, 0, 1, 0])
    #expect(
      throws: ContrastiveError.shape(
        argument: "gradient", found: "[1 × 2]", expected: "[2 × 2], the shape of rows")
    ) { try found.backward(Matrix(zeros: 1, by: 2)) }
    // Along the row there is nothing to carry back, across it more than Float32 holds.
    #expect(
      try Array(found.backward(Matrix(rows: 2, columns: 2, values: [0, 1, 1, 0])).values)
        == [0, 1, 0, 0])
    let steep = try Matrix(rows: 2, columns: 2, values: [0, 1, 0, 1])
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "gradient", row: 1, column: 1, found: "1.0",
        limit: "Float32 holds over \(Double(Float.leastNonzeroMagnitude)), the norm of the row")
    ) { try found.backward(steep) }
    #expect(throws: ContrastiveError.zeroNorm(argument: "embeddings", row: 1)) {
      try Matrix(rows: 2, columns: 2, values: [1, 0, 0, 0]).normalized()
    }
  }

  /// Neighbors, clusters and votes of rows of any length are those of the unit rows.
  @Test(arguments: [1e-20, 1e-13, 1e20] as [Float]) func lengthsDoNotMatter(
    _ length: Float
  ) throws {
    let unit = try TestData.embeddings(200, 8, seed: 9)
    let rows = try Matrix(rows: 200, columns: 8, values: unit.values.map { $0 * length })
    let expected = try NeighborTable(graphOf: unit, k: 3)
    #expect(try NeighborTable(graphOf: rows.normalized().rows, k: 3).indices == expected.indices)
    let kMeans = try KMeans(metric: .spherical)
    #expect(
      try kMeans.fit(rows, clusters: 5).assignments == kMeans.fit(unit, clusters: 5).assignments)
    let labels = (0..<200).map { $0 % 3 }
    #expect(
      try WeightedKNN(k: 5).classify(rows, bank: rows, labels: labels)
        == WeightedKNN(k: 5).classify(unit, bank: unit, labels: labels))
  }

  @Test func cosinesAreAtMostOne() throws {
    let unit = try TestData.embeddings(700, 37, seed: 10)
    let found = try NeighborTable(nearestTo: unit, in: unit, k: 2)
    for row in 0..<700 { #expect(found.indices(of: row).first == row) }
    #expect(found.similarities.values.allSatisfy { -1...1 ~= $0 })
    #expect(found.similarities.values.contains(1))
    let opposite = try Matrix(rows: 700, columns: 37, values: unit.values.map { -$0 })
    let twice = try NeighborTable(nearestTo: opposite, in: unit, k: 700)
    #expect(twice.similarities.values.allSatisfy { -1...1 ~= $0 })
    // Longer rows have products of any size.
    let long = try Matrix(rows: 1, columns: 2, values: [3, 4])
    #expect(try NeighborTable(nearestTo: long, in: long, k: 1).similarities[0, 0] == 25)
    let twin = unit.rows(at: (0..<700).map { $0 / 2 })
    let audit = try NegativeAudit(neighbors: [2], clusters: [3]).run(twin)
    #expect(audit.candidates.values(of: .maximum).allSatisfy { -1...1 ~= $0 })
  }
}
