import ContrastiveCore
import Testing

/// What the tests of passes over pairs of blocks share.
enum PassInputs {
  static let reader = SoftmaxReader(temperature: 0.1, excluding: [.diagonal])

  static func drawn(_ name: String, rows: Int, seed: UInt64) throws -> Operand {
    var random = CounterRandom(seed: seed, UInt64(rows))
    let dimension = 19
    return Operand(
      name,
      try Matrix(
        rows: rows, columns: dimension,
        values: (0..<(rows * dimension)).map { _ in random.uniform(-0.3, 0.3) }))
  }

  /// Coefficients of both sides of a pair, from what a pass has learned.
  static func writer(_ statistics: [SoftmaxStatistics]) -> SoftmaxWriter {
    let side = SoftmaxWriter.Side(
      shift: statistics.flatMap(\.maximum).map { max($0, -1) },
      weight: statistics.flatMap(\.sum).map { Float(1 / max($0, 1)) })
    return SoftmaxWriter(temperature: 0.1, rows: side, columns: side, excluding: [.diagonal])
  }

  /// The number of pairs of blocks: none occurs twice, and no block is in two pairs of a round or
  /// skips a round.
  static func pairs(of grid: some BlockPairGrid) -> Int {
    var rounds = [Int](repeating: 0, count: grid.blocks)
    var seen = Set<Int>()
    for pair in (0..<grid.pairs).map(grid.pair) {
      let (first, second) = (pair.first, pair.second ?? pair.first)
      #expect(rounds[first] == pair.round && rounds[second] == pair.round)
      for block in Set([first, second]) { rounds[block] += 1 }
      guard pair.second != nil else { continue }
      #expect(seen.insert(min(first, second) * grid.blocks + max(first, second)).inserted)
    }
    return seen.count
  }

  /// Expects sums of exponentials to agree; the BLAS rounds by the shape of a product.
  ///
  /// Worst error seen: 3e-7 with AVX-512 kernels, 1.3e-6 with Haswell's.
  static func expectClose(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 2e-6 * b) }
  }

  /// Expects sums of rows to agree; worst error seen: 1e-6 of the largest.
  static func expectClose(_ found: Matrix, _ expected: Matrix) {
    let largest = expected.values.map(abs).max() ?? 0
    #expect(found.rows == expected.rows)
    #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) <= 2e-6 * largest })
  }
}
