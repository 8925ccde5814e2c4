import Contrastive
import Testing
import _TestSupport

/// Draws of mixed negatives.
@Suite struct HardNegativeMixingTests {
  let queries: Matrix
  let bank: Matrix

  init() throws {
    var random = CounterRandom(seed: 9)
    func rows(_ count: Int) throws -> Matrix {
      let values = (0..<(count * 16)).map { _ in random.uniform(-1, 1) }
      return try Matrix(rows: count, columns: 16, values: values).normalized().rows
    }
    queries = try rows(300)
    bank = try rows(200)
  }

  /// Every query mixes its own hardest rows, with shares in their ranges.
  @Test func mixesTheHardest() throws {
    let mixing = try HardNegativeMixing(hardest: 10, pairs: 20, queryPairs: 6, distinct: true)
    let mixes = try mixing.draw(queries: queries, bank: bank)
    for row in 0..<queries.rows {
      let similarities = bank.rowDots(
        queries.rows(at: [Int](repeating: row, count: bank.rows)))
      let tenth = similarities.sorted(by: >)[9] - 1e-6
      for m in 0..<20 {
        let (a, b) = (mixes.pairs[2 * (row * 20 + m)], mixes.pairs[2 * (row * 20 + m) + 1])
        #expect(a != b)
        #expect(similarities[a] >= tenth && similarities[b] >= tenth)
      }
      for m in 0..<6 { #expect(similarities[mixes.queryPairs[row * 6 + m]] >= tenth) }
    }
    #expect(mixes.pairWeights.values.allSatisfy { (0..<1).contains($0) })
    #expect(mixes.pairWeights.values.contains { $0 > 0.9 })
    #expect(mixes.queryWeights.values.allSatisfy { (0..<0.5).contains($0) })
  }

  /// A function of seed and step, whatever the threads.
  @Test func drawsAreNamed() throws {
    let mixing = try HardNegativeMixing(hardest: 500, pairs: 3, queryPairs: 2, seed: 4)
    let first = try mixing.draw(queries: queries, bank: bank, workers: .one)
    #expect(try mixing.draw(queries: queries, bank: bank, workers: Workers(count: 3)) == first)
    #expect(try mixing.draw(queries: queries, bank: bank, step: 1) != first)
    let other = try HardNegativeMixing(hardest: 500, pairs: 3, queryPairs: 2, seed: 5)
    #expect(try other.draw(queries: queries, bank: bank) != first)
  }

  /// The hardest of rows that Float32 cannot tell apart are those of a sort in Double, with every
  /// product.
  @Test(arguments: MatrixProduct.allCases, [1, 30])
  func nearTiesAreDecidedInDouble(_ product: MatrixProduct, _ hardest: Int) throws {
    let bank = self.bank.stacked(on: try TestData.nearlyEqual(150, 16, seed: 1))
    let queries = try TestData.nearlyEqual(20, 16, seed: 1)
    let workers = try Workers(count: 2).using(product)
    let mixing = try HardNegativeMixing(hardest: hardest, pairs: 200, queryPairs: 1)
    let mixes = try mixing.draw(queries: queries, bank: bank, workers: workers)
    for row in 0..<queries.rows {
      let similarities = (0..<bank.rows).map { queries.dot(row, with: bank, $0) }
      let order = (0..<bank.rows)
        .sorted { (-similarities[$0], $0) < (-similarities[$1], $1) }.prefix(hardest)
      let mixed = mixes.pairs[(row * 400)..<((row + 1) * 400)]
      #expect(Set(mixed) == Set(order), "\(product), row \(row)")
    }
  }

  /// One bank row can be mixed with itself, but not with another.
  @Test func refusals() throws {
    let one = bank.rows(0..<1)
    let mixes = try HardNegativeMixing(pairs: 2, queryPairs: 1).draw(queries: queries, bank: one)
    #expect(mixes.pairs.allSatisfy { $0 == 0 })
    #expect(
      throws: ContrastiveError.parameter(
        name: "distinct", found: "a bank of one row", expected: "two rows to mix")
    ) {
      try HardNegativeMixing(distinct: true).draw(queries: queries, bank: one)
    }
    #expect(
      throws: ContrastiveError.parameter(name: "hardest", found: "0", expected: "1 … 16777216")
    ) { try HardNegativeMixing(hardest: 0) }
    #expect(throws: ContrastiveError.bankNotFilled(argument: "bank")) {
      try HardNegativeMixing().draw(queries: queries, bank: bank.rows(0..<0))
    }
  }
}
