import Contrastive
import Testing
import _Reference
import _TestSupport

@Suite struct NegativeSelectionTests {
  private let concentrations: [Float] = [0.5, 0.2, 0.3, 0.0001, 0.4]

  private func example(
    _ candidates: Int
  ) throws -> (selection: NegativeSelection, candidates: Matrix, centroids: Matrix) {
    let centroids = try TestData.embeddings(5, 6, seed: 1)
    return (
      try NegativeSelection(centroids: centroids, concentrations: concentrations),
      try TestData.embeddings(candidates, 6, seed: 2), centroids
    )
  }

  /// 2,000 draws for each of 5 × 37 chances; one in 10⁴ seeds would fail.
  @Test(arguments: [0...0.999, 0.3...0.6] as [ClosedRange<Float>])
  func chancesAreThoseOfTheDefinition(_ bounds: ClosedRange<Float>) throws {
    let (selection, candidates, centroids) = try example(37)
    let chances = referenceSelectionChances(
      candidates: candidates.doubles, centroids: centroids.doubles,
      concentrations: concentrations.map(Double.init), low: Double(bounds.lowerBound),
      high: Double(bounds.upperBound))
    let (draws, k) = (2_000, 5)
    let mask = try selection.mask(
      of: candidates, logSums: selection.logSums(of: candidates),
      assignments: (0..<(draws * k)).map { $0 % k }, within: bounds, seed: 11)
    for own in 0..<k {
      for candidate in 0..<37 {
        let taken = (0..<draws).count { mask[$0 * k + own, candidate] }
        let chance = chances[own][candidate]
        let deviation = (chance * (1 - chance) / Double(draws)).squareRoot() + 1e-4
        #expect(abs(Double(taken) / Double(draws) - chance) < 5 * deviation)
      }
    }
  }

  @Test func logSumsAreThoseOfTheDefinition() throws {
    let (selection, candidates, centroids) = try example(300)
    let sums = try selection.logSums(of: candidates)
    for (row, candidate) in candidates.doubles.enumerated() {
      let expected = logSumExp(
        zip(centroids.doubles, concentrations).map { dot(candidate, $0) / max(Double($1), 1e-3) })
      // Logits reach 1,000, of which Float32 has 3e-5.
      #expect(abs(Double(sums[row]) - expected) < 1e-6 * max(1, abs(expected)) + 1e-4)
    }
  }

  @Test func drawsDependOnTheirPlaceAlone() throws {
    let (selection, candidates, _) = try example(1_100)
    func mask(_ candidates: Matrix, _ rows: Int, _ threads: Int = 1, seed: UInt64 = 3) throws
      -> SelectionMask
    {
      let workers = try Workers(count: threads)
      return try selection.mask(
        of: candidates, logSums: selection.logSums(of: candidates, workers: workers),
        assignments: (0..<rows).map { $0 % 3 }, seed: seed, workers: workers)
    }
    let whole = try mask(candidates, 300)
    #expect(try mask(candidates, 300, 3) == whole)
    #expect(try mask(candidates, 300, seed: 4) != whole)
    let part = try mask(candidates.rows(0..<45), 7)
    var same = true
    for row in 0..<7 {
      for column in 0..<45 { same = same && part[row, column] == whole[row, column] }
    }
    #expect(same)
  }

  @Test func excludedPairsAreNeverNegatives() throws {
    let (selection, candidates, _) = try example(9)
    let pairs = try PairTerms(
      rows: 2, columns: 9,
      pairs: [PairTerms.Pair(row: 0, column: 4), PairTerms.Pair(row: 1, column: 8)])
    let mask = try selection.mask(
      of: candidates, logSums: selection.logSums(of: candidates), assignments: [1, 2],
      excluding: pairs, within: 1...1, seed: 1)
    for column in 0..<9 {
      #expect(mask[0, column] == (column != 4))
      #expect(mask[1, column] == (column != 8))
    }
  }

  @Test func refusals() throws {
    let (selection, candidates, centroids) = try example(4)
    let sums = try selection.logSums(of: candidates)
    #expect(
      throws: ContrastiveError.shape(
        argument: "concentrations.0", found: "[1]", expected: "[5], one for each centroid")
    ) {
      try NegativeSelection(centroids: centroids, concentrations: [1])
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "candidates", found: "[3 × 5]", expected: "[3 × 6], the dimension of centroids")
    ) {
      try selection.logSums(of: Matrix(zeros: 3, by: 5))
    }
    #expect(throws: ContrastiveError.shape(argument: "logSums", found: "[1]", expected: "[4]")) {
      try selection.mask(of: candidates, logSums: [0], assignments: [0], seed: 0)
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "assignments", position: 0, found: "5", expected: "0 ..< 5")
    ) {
      try selection.mask(of: candidates, logSums: sums, assignments: [5], seed: 0)
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "bounds", found: "-1.0...1.0", expected: "within 0 … 1")
    ) {
      try selection.mask(of: candidates, logSums: sums, assignments: [0], within: -1...1, seed: 0)
    }
    #expect(
      throws: ContrastiveError.shape(argument: "excluded", found: "[2 × 4]", expected: "[1 × 4]")
    ) {
      try selection.mask(
        of: candidates, logSums: sums, assignments: [0],
        excluding: PairTerms(rows: 2, columns: 4), seed: 0)
    }
  }
}
