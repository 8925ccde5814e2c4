import Contrastive
import Testing
import _Reference
import _TestSupport

/// Alignment, uniformity, ranks, collapse, hubs: against their definitions.
@Suite struct GeometryTests {
  @Test(arguments: [(2, 1), (37, 5), (700, 33)])
  func uniformityIsItsDefinition(_ rows: Int, _ dimension: Int) throws {
    let points = try TestData.matrix(rows, dimension, seed: 1)
    for t in [0.5, 2, 20] {
      let found = try [1, 2, 3].map {
        try Uniformity(t: t).value(of: points, workers: Workers(count: $0))
      }
      #expect(found[1] == found[0] && found[2] == found[0])
      let wanted = referenceUniformity(points.doubles, t: t)
      #expect(abs(found[0] - wanted) < 1e-5 * max(1, abs(wanted)))  // 5.2e-7
    }
  }

  @Test func uniformityOfOnePointIsZero() throws {
    let same = try Matrix(rows: 3, columns: 2, values: [1, 2, 2, 4, 3, 6])
    #expect(try abs(Uniformity().value(of: same)) < 1e-6)
    // Two opposite points: ‖x − y‖² = 4.
    let opposite = try Matrix(rows: 2, columns: 2, values: [1, 0, -3, 0])
    #expect(try abs(Uniformity().value(of: opposite) + 8) < 1e-6)
  }

  @Test func alignmentIsItsDefinition() throws {
    let x = try TestData.matrix(50, 7, seed: 1)
    let y = try TestData.matrix(50, 7, seed: 2)
    for exponent in [1, 2, 3.5] {
      let found = try Alignment(exponent: exponent).value(x, y)
      let wanted = referenceAlignment(x.doubles, y.doubles, exponent: exponent)
      #expect(relativeError(found, wanted) < 1e-6)  // 4e-10
    }
    let labels = (0..<50).map { $0 % 4 }
    let found = try #require(try Alignment.ofClasses(x, labels: labels))
    // 2.7e-9
    #expect(relativeError(found, referenceClassAlignment(x.doubles, labels: labels)) < 1e-6)
    #expect(try Alignment.ofClasses(x, labels: Array(0..<50)) == nil)
  }

  @Test(arguments: [(1, 4), (9, 4), (4, 9), (3_000, 6)])
  func spectrumIsThatOfTheMatrix(_ rows: Int, _ dimension: Int) throws {
    let points = try TestData.matrix(rows, dimension, seed: 4)
    let found = try [1, 2, 3].map { try Spectrum(of: points, workers: Workers(count: $0)) }
    #expect(found[1] == found[0] && found[2] == found[0])
    let wanted = referenceSingularValues(points.doubles)
    #expect(found[0].singularValues.count == min(rows, dimension))
    // Worst seen: 1.4e-15 of the largest, and 4.5e-16 for the ranks.
    for (a, b) in zip(found[0].singularValues, wanted) { #expect(abs(a - b) < 1e-13 * wanted[0]) }
    #expect(found[0].rank == min(rows, dimension))
    #expect(
      relativeError(found[0].rankMe, referenceEntropyRank(wanted, epsilon: 1e-7)) < 1e-13)
    #expect(
      relativeError(found[0].effectiveRank, referenceEntropyRank(wanted, epsilon: 0)) < 1e-13)
  }

  /// Small singular values keep their digits: XᵀX would lose those below 1e-8 of the largest.
  @Test func spectrumKeepsSmallValues() throws {
    let points = try Matrix(
      rows: 3, columns: 3, values: [1e5, 0, 0, 0, 1, 0, 0, 0, 1e-6])
    let spectrum = try Spectrum(of: points)
    #expect(relativeError(spectrum.singularValues[2], Double(Float(1e-6))) < 1e-4)
    #expect(spectrum.rank == 2)
    #expect(try Spectrum(of: Matrix(zeros: 4, by: 3)).rankMe == 0)
  }

  @Test func collapseIsNoticed() throws {
    let even = try TestData.embeddings(500, 16, seed: 5)
    #expect(try Collapse(of: even).warnings.isEmpty)
    #expect(try abs(Collapse(of: even).spread - 1) < 0.05)
    #expect(try abs(Collapse(of: even).meanCosine) < 0.01)

    var point = even
    for row in 0..<500 {
      for column in 0..<16 { point[row, column] = 1 + 0.001 * even[row, column] }
    }
    let collapsed = try Collapse(of: point)
    #expect(collapsed.meanCosine > 0.999)
    #expect(collapsed.warnings.contains { $0.hasPrefix("collapse") })
    #expect(collapsed.warnings.contains { $0.hasPrefix("dimensional") })

    var dead = even
    for row in 0..<500 { dead[row, 3] = 0 }
    #expect(try Collapse(of: dead).warnings == ["1 of 16 features never change"])
  }

  @Test func hubsAreCounted() throws {
    // Row 0 is everyone's nearest; rows 1 … 4 are nobody's but one.
    let rows: [Float] = [1, 0, 0.9, 0.1, 0.9, -0.1, 0.8, 0.5, 0.8, -0.5]
    let points = try Matrix(rows: 5, columns: 2, values: rows)
    let graph = try NeighborTable(graphOf: points, k: 1)
    let hubness = try Hubness(graph)
    #expect(hubness.occurrences == [4, 1, 0, 0, 0])
    #expect(hubness.largest == 4)
    #expect(hubness.orphanShare == 0.6)
    #expect(relativeError(hubness.skewness, referenceSkewness([4, 1, 0, 0, 0])) < 1e-14)
    #expect(
      throws: ContrastiveError.index(
        argument: "neighbors", position: 0, found: "1", expected: "0 ..< 1")
    ) { try Hubness(graph, bankRows: 1) }

    let rate = try FalseNegativeRate(graph: graph, labels: [1, 1, 1, 2, 2])
    #expect(rate.overall == 0.4)  // (3·2 + 2·1) / (5·4)
    #expect(rate.nearest == 0.6)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let points = try TestData.embeddings(3, 2, seed: 1)
    let zero = try Matrix(rows: 2, columns: 2, values: [1, 1, 0, 0])
    #expect(
      throws: ContrastiveError.parameter(name: "uniformity t", found: "0.0", expected: "1e-3 … 1e3")
    ) { try Uniformity(t: 0) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "alignment exponent", found: "0.0", expected: "above 0")
    ) { try Alignment(exponent: 0) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "second views", found: "[2 × 2]", expected: "[3 × 2], the shape of first views")
    ) { try Alignment().value(points, zero) }
    #expect(throws: ContrastiveError.zeroNorm(argument: "embeddings", row: 1)) {
      try Uniformity().value(of: zero)
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "embeddings", found: "[1 × 2]", expected: "at least 2 rows")
    ) { try Uniformity().value(of: points.rows(0..<1)) }
    #expect(throws: ContrastiveError.empty(argument: "embeddings")) {
      try Spectrum(of: Matrix(zeros: 0, by: 2))
    }
  }
}
