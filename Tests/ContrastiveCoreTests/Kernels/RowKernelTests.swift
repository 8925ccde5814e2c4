import ContrastiveCore
import Testing
import _TestSupport

/// Row kernels of every instruction set against plain loops.
@Suite struct RowKernelTests {
  @Test(arguments: [0, 1, 3, 16, 33, 200]) func sumsOneGroup(_ count: Int) {
    var random = CounterRandom(seed: UInt64(count))
    let values = (0..<count).map { _ in Float(random.index(below: 100)) }
    let groups = (0..<count).map { _ in Int32(random.index(below: 3)) }
    let expected = zip(values, groups).reduce(0.0) { $0 + ($1.1 == 1 ? Double($1.0) : 0) }
    for kernels in RowKernels.available {
      #expect(kernels.sum(values, count: count, of: 1, among: groups) == expected)
    }
  }

  @Test func binsRoundDownAndStopAtTheEnds() {
    let values: [Float] = [-.infinity, -1, -0.26, -0.25, 0, 0.249, 0.25, 0.999, 1, 5, .infinity]
    for kernels in RowKernels.available {
      var bins = [UInt16](repeating: 99, count: values.count)
      kernels.bin(values, count: values.count, scale: 4, offset: 5, last: 9, into: &bins)
      #expect(bins == [0, 1, 3, 4, 5, 5, 6, 8, 9, 9, 9], "\(kernels.name)")
    }
  }

  /// Sums of products in Double: equal bits, and those of plain loops where sums are exact.
  @Test(arguments: [0, 1, 15, 16, 33, 384]) func dotsAreTheSameEverywhere(_ count: Int) throws {
    let a = try TestData.embeddings(1, max(1, count), seed: 3)
    let b = try TestData.embeddings(1, max(1, count), seed: 4)
    let found = RowKernels.available.map { kernels in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          kernels.dot(
            a.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, count: count)
        }
      }
    }
    #expect(Set(found.map(\.bitPattern)).count == 1)
    let plain = zip(a.values, b.values).prefix(count).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    #expect(abs((found.first ?? 0) - plain) <= 1e-15)
  }

  /// A product and a sum, each rounded, with the bits of a plain loop.
  @Test(arguments: [0, 1, 15, 17, 100]) func weightedRowsAreAddedTheSameEverywhere(_ count: Int)
    throws
  {
    let values = try TestData.embeddings(1, max(1, count), seed: 5).values.prefix(count).map { $0 }
    let start = try TestData.embeddings(1, max(1, count), seed: 6).values.prefix(count).map { $0 }
    let weight: Float = 0.3
    let expected = zip(start, values).map { sum, value in
      let product = weight * value
      return sum + product
    }
    for kernels in RowKernels.available {
      var sum = start
      kernels.addWeighted(values, count: count, by: weight, to: &sum)
      #expect(sum == expected, "\(kernels.name)")
    }
  }

  /// Excluded columns of every tile, and no others.
  @Test func columnSetsAreExcluded() throws {
    let set = [0, 3, 511, 512, 1023]
    let rows = Matrix(zeros: 3, by: 2)
    let columns = Matrix(zeros: 1030, by: 2)
    let pass = RectanglePass(rows: Operand("rows", rows), columns: Operand("columns", columns))
    let found = try pass.read(
      TopKReader(k: 1025, excluding: [.mask(ColumnSet(set))]), workers: .one)
    for row in 0..<3 {
      let kept = found[0].best(row: row).map(RankKey.index)
      #expect(kept == (0..<1030).filter { !set.contains($0) })
    }
  }
}
