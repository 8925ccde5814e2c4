import ContrastiveCore
import Testing

/// Sifting and sorting of rank keys, for every instruction set there is, against plain loops.
@Suite struct RankKeyTests {
  /// Ties, infinities and lengths around those of a vector.
  @Test(arguments: [0, 1, 7, 16, 31, 32, 33, 200]) func siftsARange(_ count: Int) {
    var random = CounterRandom(seed: UInt64(count))
    var values = (0..<count).map { _ in Float(random.index(below: 9)) - 4 }
    if count > 5 { values[5] = -.infinity }
    for kernels in RowKernels.available {
      for (lowest, highest) in [(-4, 4), (-1, 1), (0, 0), (3, 2), (-9, 9)] as [(Float, Float)] {
        var keys = [UInt64](repeating: 0, count: count + 1)
        let (found, above) = kernels.filter(
          values, count: count, from: lowest, to: highest, firstIndex: 10, into: &keys)
        let expected = values.indices.filter { values[$0] >= lowest && values[$0] <= highest }
        #expect(Array(keys[..<found]) == expected.map { RankKey.make(values[$0], 10 + $0) })
        #expect(above == values.count { $0 > highest })
      }
    }
  }

  /// Every k, of keys in any order and sorted either way.
  @Test(arguments: [1, 2, 3, 7, 16, 101, 164]) func keepsTheLargest(_ count: Int) {
    var random = CounterRandom(seed: 2 + UInt64(count))
    let sorted = (0..<count).map { RankKey.make(Float(random.index(below: 40)), $0) }
      .sorted(by: >)
    var spare = [UInt64](repeating: 0, count: count)
    for k in 1...count {
      for order in [sorted, sorted.reversed(), sorted.shuffled(using: &random)] {
        var keys = order
        #expect(RankKey.keepLargest(k, of: &keys, count: count, spare: &spare) == sorted[k - 1])
        #expect(keys[..<k].sorted(by: >) == Array(sorted[..<k]))
      }
    }
  }

  @Test(arguments: [0, 1, 2, 48, 49, 500, 3_000]) func sorts(_ count: Int) {
    var random = CounterRandom(seed: 1 + UInt64(count))
    // Few values, so that many keys share most of their bytes.
    for values in [3, 1_000_000] {
      var keys = (0..<count).map {
        RankKey.make(Float(random.index(below: values)) - 1.5, $0)
      }
      let expected = keys.sorted(by: >)
      keys.shuffle(using: &random)
      var spare = [UInt64](repeating: 0, count: count)
      RankKey.sort(&keys, count: count, spare: &spare)
      #expect(keys == expected)
    }
  }
}
