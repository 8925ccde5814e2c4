import Contrastive
import Testing
import _TestSupport

/// `Duplicates`, against all pairs in Double.
@Suite struct DuplicatesTests {
  /// Rows of any length, some near each other, some copies, one a multiple of another.
  static func rows(_ count: Int, _ dimension: Int) throws -> Matrix {
    var rows = try TestData.matrix(count, dimension, seed: 3)
    for row in stride(from: 3, to: count, by: 4) {
      for column in 0..<dimension {
        rows[row, column] = (row % 8 == 3 ? 1 : 4) * rows[row / 2, column]
        if row % 3 == 0 { rows[row, column] += 0.1 * rows[row - 1, column] }
      }
    }
    return rows
  }

  /// ⟨x, y⟩ / √(⟨x, x⟩ ⟨y, y⟩).
  static func cosine(_ x: [Double], _ y: [Double]) -> Double {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
  }

  @Test(arguments: [(1, 3), (2, 5), (7, 1), (129, 8), (500, 33), (1_300, 6)], [0.5, 0.97])
  func areThoseOfAllPairs(_ size: (Int, Int), _ threshold: Double) throws {
    let rows = try Self.rows(size.0, size.1)
    let all = rows.doubles
    let found = try Duplicates(of: rows, threshold: threshold)
    var expected: [[Int32]] = []
    var worst = 0.0
    for i in all.indices {
      for j in all.indices where j > i {
        let cosine = Self.cosine(all[i], all[j])
        // None of these is within rounding of the threshold.
        #expect(abs(cosine - threshold) > 1e-12)
        guard cosine >= threshold else { continue }
        if expected.count < found.pairs.count {
          worst = max(worst, abs(Double(found.pairs[expected.count].similarity) - cosine))
        }
        expected.append([Int32(i), Int32(j)])
      }
    }
    #expect(found.pairs.map { [$0.first, $0.second] } == expected)
    #expect(worst <= 3e-8)  // 2.98e-8, half a unit in the last place
    var groups = (0..<rows.rows).map(Int32.init)
    var changed = true
    while changed {
      changed = false
      for pair in expected {
        let lowest = min(groups[Int(pair[0])], groups[Int(pair[1])])
        for row in pair where groups[Int(row)] != lowest {
          groups[Int(row)] = lowest
          changed = true
        }
      }
    }
    #expect(found.groups == groups)
    #expect(found.kept == groups.enumerated().map { $0 == Int($1) })
  }

  @Test func copiesHaveACosineOfOne() throws {
    var rows = try TestData.matrix(40, 384, seed: 9)
    for column in 0..<384 { rows[31, column] = rows[5, column] }
    for column in 0..<384 { rows[7, column] = 1e-30 * rows[7, column] }
    for column in 0..<384 { rows[8, column] = 0x1p90 * rows[7, column] }
    let found = try Duplicates(of: rows, threshold: 1)
    #expect(found.pairs.map { [$0.first, $0.second] } == [[5, 31], [7, 8]])
    #expect(found.pairs.allSatisfy { $0.similarity == 1 })
  }

  /// A chain is one group, whose center is its middle.
  @Test func keepsTheRowNearestToTheMean() throws {
    let angles: [Float] = [0.4, 0, 0.2, 2, 3, 3.1]
    let rows = try Matrix(
      rows: 6, columns: 2, values: angles.flatMap { [1 + 0 * $0, $0] })
    let first = try Duplicates(of: rows, threshold: 0.97)
    #expect(first.groups == [0, 0, 0, 3, 3, 3])
    #expect(first.kept == [true, false, false, true, false, false])
    let central = try Duplicates(of: rows, threshold: 0.97, keeping: .central)
    #expect(central.kept == [false, false, true, false, true, false])
    // Both rows of a pair are as near to its mean: the first is kept.
    let pair = try Duplicates(
      of: Matrix(rows: 2, columns: 2, values: [1, 0.1, 3, 0.2]), threshold: 0.9, keeping: .central)
    #expect(pair.kept == [true, false])
  }

  @Test func sameBitsForAnyThreads() throws {
    let rows = try Self.rows(900, 12)
    let one = try Duplicates(of: rows, threshold: 0.8, keeping: .central, workers: .one)
    for threads in [2, 3, 7] {
      let other = try Duplicates(
        of: rows, threshold: 0.8, keeping: .central, workers: Workers(count: threads))
      #expect(other.pairs == one.pairs && other.groups == one.groups && other.kept == one.kept)
    }
  }

  /// Large sets are screened by products of codes, in bounded memory by passes in Float32.
  @Test(arguments: [0.3, 0.9]) func codesAndPassesFindTheSame(_ threshold: Double) throws {
    let rows = try Self.rows(2_300, 48)
    let whole = try Duplicates(of: rows, threshold: threshold, workers: Workers(count: 2))
    let pieces = try Duplicates(of: rows, threshold: threshold, memory: 1, workers: .one)
    #expect(whole.pairs.count > 500)
    #expect(whole.pairs == pieces.pairs && whole.groups == pieces.groups)
    #expect(
      throws: ContrastiveError.parameter(
        name: "threshold", found: "\(threshold), which \(whole.pairs.count) pairs reach",
        expected: "one that at most 10 reach, or room for more")
    ) { try Duplicates(of: rows, threshold: threshold, maxPairs: 10) }
  }

  /// A pair that just reaches the threshold is found with every product, in pieces as in whole.
  @Test(arguments: MatrixProduct.allCases)
  func noProductLosesAPairAtTheThreshold(_ product: MatrixProduct) throws {
    let rows = try Self.rows(130, 96)
    let all = rows.doubles
    let cosines = all.indices.flatMap { i in
      all[..<i].map { Self.cosine(all[i], $0) }
    }.sorted(by: >)
    let workers = try Workers(count: 2).using(product)
    for count in stride(from: 1, to: 1_000, by: 23) {
      let threshold = cosines[count - 1] - 1e-12
      guard threshold < 1 - 1e-9, cosines[count] < threshold - 1e-12 else { continue }
      for memory in [nil, 1] {
        let found = try Duplicates(
          of: rows, threshold: threshold, memory: memory, workers: workers)
        #expect(found.pairs.count == count, "\(threshold)")
      }
    }
  }

  @Test func refusesByName() throws {
    let rows = try Self.rows(300, 4)
    let count = try Duplicates(of: rows, threshold: 0.5).pairs.count
    #expect(
      throws: ContrastiveError.parameter(
        name: "threshold", found: "0.5, which \(count) pairs reach",
        expected: "one that at most 10 reach, or room for more")
    ) { try Duplicates(of: rows, threshold: 0.5, maxPairs: 10) }
    for threshold in [-1, 1.01, .nan] {
      #expect(throws: ContrastiveError.self) { try Duplicates(of: rows, threshold: threshold) }
    }
    #expect(throws: ContrastiveError.empty(argument: "x")) {
      try Duplicates(of: Matrix(zeros: 0, by: 3), argument: "x")
    }
    #expect(throws: ContrastiveError.zeroNorm(argument: "x", row: 2)) {
      try Duplicates(of: Matrix([[1, 0], [0, 2], [0, 0]]), argument: "x")
    }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "x", row: 1, column: 1, found: "nan")
    ) { try Duplicates(of: Matrix([[1, 0], [0, .nan]]), argument: "x") }
  }
}

/// `SemanticDeduplication`.
@Suite struct SemanticDeduplicationTests {
  @Test func dropsTheMostSimilarOfEachCluster() throws {
    let rows = try DuplicatesTests.rows(240, 6)
    let result = try SemanticDeduplication(keepFraction: 0.7, clusters: 4, seed: 1).run(rows)
    #expect(result.kept.count { $0 } == 168)
    let all = rows.doubles
    let fit = try KMeans(metric: .spherical, seed: 1).fit(rows, clusters: 4)
    #expect(result.clusters == fit.assignments.map(Int32.init))
    let centers = fit.centroids.doubles
    var expected = [Double](repeating: -1, count: 240)
    for cluster in 0..<4 {
      let order = (0..<240).filter { fit.assignments[$0] == cluster }
        .map { (DuplicatesTests.cosine(all[$0], centers[cluster]), $0) }
        .sorted { $0 < $1 }.map(\.1)
      for (place, row) in order.enumerated() {
        for other in order[..<place] {
          expected[row] = max(expected[row], DuplicatesTests.cosine(all[row], all[other]))
        }
      }
    }
    expectClose(result.similarities, expected, within: 6e-8)  // 2.9e-8
    let least = expected.sorted()[168]
    for row in 0..<240 where abs(expected[row] - least) > 1e-9 {
      #expect(result.kept[row] == (expected[row] < least))
    }
    #expect(abs(result.threshold - least) < 1e-12)
  }

  /// Where no number of clusters is asked for, it fits the rows that are distinct.
  @Test func repeatedRows() throws {
    let rows = try Matrix((0..<2_000).map { [Float(1 << ($0 % 3)), 0] })
    let result = try SemanticDeduplication(keepFraction: 0.5).run(rows)
    #expect(result.clusters.allSatisfy { $0 == 0 })
    #expect(result.kept.count { $0 } == 1_000)
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "2", expected: "at most 1, the number of distinct points")
    ) { try SemanticDeduplication(keepFraction: 0.5, clusters: 2).run(rows) }
  }

  @Test func countsDistinctDirections() throws {
    let rows = try Matrix([[1, 0], [2, 0], [0, 0], [0, 3], [-1, 0], [4, -0.0], [1, 0]])
    #expect(rows.distinctDirections(upTo: 9) == 3)
    #expect(rows.distinctDirections(upTo: 2) == 2)
    #expect(rows.distinctDirections(upTo: 0) == 0)
    #expect(Matrix(zeros: 3, by: 2).distinctDirections(upTo: 5) == 0)
    let many = try TestData.matrix(600, 4, seed: 1)
    #expect(many.distinctDirections(upTo: 400) == 400)
    #expect(many.stacked(on: many).distinctDirections(upTo: 1_000) == 600)
  }

  @Test func refusesByName() throws {
    for fraction in [0, 1.5, .nan] {
      #expect(throws: ContrastiveError.self) { try SemanticDeduplication(keepFraction: fraction) }
    }
    #expect(throws: ContrastiveError.self) {
      try SemanticDeduplication(keepFraction: 0.5, clusters: 0)
    }
  }
}
