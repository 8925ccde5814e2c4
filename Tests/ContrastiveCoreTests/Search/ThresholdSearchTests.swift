import ContrastiveCore
import Testing
import _TestSupport

/// Pairs above a threshold: none is missed, and few are open that are not.
@Suite struct ThresholdSearchTests {
  /// Groups of similar unit rows.
  private func rows(_ count: Int, _ dimension: Int) throws -> Matrix {
    let unit = try TestData.embeddings(count, dimension, seed: 1)
    let values = (0..<count).flatMap { row in
      let sums = (0..<dimension).map { unit[row / 5, $0] + 0.3 * unit[row, $0] }
      let norm = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return sums.map { $0 / norm }
    }
    return try Matrix(rows: count, columns: dimension, values: values)
  }

  @Test(arguments: [(2_048, 16), (2_500, 33), (2_600, 100)], [0.2, 0.9])
  func missesNothing(_ shape: (rows: Int, dimension: Int), _ threshold: Double) throws {
    let set = try rows(shape.rows, shape.dimension)
    let all = set.doubles
    var expected: Set<[Int]> = []
    for i in all.indices {
      for j in 0..<i {
        let similarity = zip(all[i], all[j]).reduce(0) { $0 + $1.0 * $1.1 }
        if similarity >= threshold { expected.insert([j, i]) }
      }
    }
    for product in CodeProduct.available where product.name != "portable" {
      let search = ThresholdSearch(
        rows: Operand("rows", set), threshold: threshold, product: product)
      var first: [[[Int]]]?
      for threads in [1, 3] {
        let blocks = try search.run(workers: Workers(count: threads)) { found, row, column in
          found.append([row, column])
        }
        // A sample may say that codes of 8 bits leave too much.
        guard let blocks else { continue }
        #expect(first ?? blocks == blocks, "\(product.name), \(threads) threads")
        first = blocks
        let pairs = blocks.flatMap(\.self)
        #expect(Set(pairs).isSuperset(of: expected), "\(product.name)")
        #expect(Set(pairs).count == pairs.count && pairs.allSatisfy { $0[0] < $0[1] })
        // Codes of 16 bits leave little open: 0.2 % more pairs seen.
        if product.name == "avx2" { #expect(pairs.count <= expected.count + pairs.count / 200) }
      }
      if product.name == "avx2" { #expect(first != nil) }
    }
  }

  @Test func leavesToPassesWhatCodesAreOfNoUseFor() throws {
    let small = try rows(100, 16)
    #expect(
      try ThresholdSearch(rows: Operand("rows", small), threshold: 0.5)
        .run(workers: .one) { (_: inout [Int], _, _) in } == nil)
    for product in CodeProduct.available where product.name == "portable" {
      let search = ThresholdSearch(
        rows: Operand("rows", try rows(2_100, 16)), threshold: 0.5, product: product)
      #expect(try search.run(workers: .one) { (_: inout [Int], _, _) in } == nil)
    }
  }

  @Test func stopsWhenCanceled() throws {
    let set = try rows(2_100, 16)
    let workers = Workers.one.reporting { _ in false }
    guard CodeProduct.best.name != "portable" else { return }
    #expect(throws: ContrastiveError.canceled) {
      try ThresholdSearch(rows: Operand("rows", set), threshold: 0.5)
        .run(workers: workers) { (_: inout [Int], _, _) in }
    }
  }
}
