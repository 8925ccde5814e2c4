import ContrastiveCore
import Testing

/// Every instruction set of this processor against plain loops.
struct ClusterKernelsTests {
  static let names = ClusterKernels.available.map(\.name)

  private func kernels(_ name: String) throws -> ClusterKernels {
    try #require(ClusterKernels.available.first { $0.name == name })
  }

  private func floats(_ count: Int, _ random: inout CounterRandom) -> [Float] {
    (0..<count).map { _ in random.uniform(-1, 1) }
  }

  private func units(_ count: Int, below: Int, _ random: inout CounterRandom) -> [UInt16] {
    (0..<count).map { _ in UInt16(random.index(below: below)) }
  }

  @Test func portableIsAlwaysThere() {
    #expect(Self.names.last == "portable")
    #expect(Self.names.first == ClusterKernels.best.name)
  }

  @Test(arguments: names, [1, 3, 15, 16, 17, 31, 64, 97])
  func distances(_ name: String, _ count: Int) throws {
    let kernels = try kernels(name)
    var random = CounterRandom(seed: 1, stream: UInt64(count))
    let (a, b) = (floats(count, &random), floats(count, &random))
    let expected = zip(a, b).reduce(0.0) {
      $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
    }
    let square = kernels.squaredDistance(a, b, count: count)
    #expect(abs(square - expected) < 1e-13)
    // The same bits whatever the instructions.
    #expect(try square == self.kernels("portable").squaredDistance(a, b, count: count))
    // Says so of what is clearly farther, and never of what is not.
    #expect(kernels.isFarther(a, b, count: count, than: expected * (1 - 1e-4)))
    #expect(!kernels.isFarther(a, b, count: count, than: expected))
    #expect(!kernels.isFarther(a, a, count: count, than: -1))
    for (power, isTold) in [(Float(0x1p-40), true), (0x1p-60, false), (0x1p70, false)] {
      let (c, d) = (a.map { $0 * power }, b.map { $0 * power })
      #expect(kernels.isFarther(c, d, count: count, than: 0) == isTold)
    }

    var dots = a
    let least = kernels.squaredDistances(&dots, norms: b, count: count, own: 3)
    for place in 0..<count { #expect(abs(dots[place] - (3 + b[place] - 2 * a[place])) < 1e-6) }
    #expect(least == dots.min())

    var indices = [UInt32](repeating: 0, count: count)
    let found = kernels.filterBelow(dots, count: count, threshold: 3, firstIndex: 7, into: &indices)
    #expect(
      Array(indices[..<found]) == (0..<count).filter { dots[$0] <= 3 }.map { UInt32($0 + 7) })
  }

  @Test(arguments: names, [1, 5, 16, 33, 100])
  func products(_ name: String, _ dimension: Int) throws {
    let kernels = try kernels(name)
    var random = CounterRandom(seed: 2, stream: UInt64(dimension))
    let (rows, columns) = (floats(9 * dimension, &random), floats(11 * dimension, &random))
    let (left, right): ([UInt32], [UInt32]) = ([8, 0, 3, 3, 7], [1, 10, 0, 9, 9])
    func dot(_ row: UInt32, _ column: UInt32) -> Float {
      Float(
        (0..<dimension).reduce(0.0) {
          $0 + Double(rows[Int(row) * dimension + $1])
            * Double(columns[Int(column) * dimension + $1])
        })
    }
    var dots = [Float](repeating: 0, count: 5)
    kernels.pairedDots(
      rows: rows, left, columns: columns, right, count: 5, dimension: dimension, into: &dots)
    for place in 0..<5 { #expect(abs(dots[place] - dot(left[place], right[place])) < 1e-5) }
    rows.withUnsafeBufferPointer { rows in
      guard let first = rows.baseAddress else { return }
      kernels.gatheredDots(
        first + 2 * dimension, rows: columns, dimension: dimension, indices: right, count: 5,
        into: &dots)
    }
    for place in 0..<5 { #expect(abs(dots[place] - dot(2, right[place])) < 1e-5) }
  }

  /// Bounds are equal to the bit on every instruction set.
  @Test(arguments: names, [1, 3, 7, 16, 31, 33, 64])
  func bounds(_ name: String, _ count: Int) throws {
    let kernels = try kernels(name)
    var random = CounterRandom(seed: 3, stream: UInt64(count))
    var squared = (0..<count).map { _ in random.uniform(0, 4) }
    if count > 2 { squared[1] = .infinity }
    let paths = units(count, below: 12_000, &random)
    var bounds = [UInt16](repeating: 0, count: count)
    kernels.quantizedBounds(
      squared, count: count, slack: 1e-6, inverseUnit: 20_000, paths: paths, ownPath: 9,
      into: &bounds)
    for place in 0..<count {
      let units = max(0, max(0, squared[place] - 1e-6).squareRoot() * 20_000 - 0.0625)
      let exact = Int(min(units, 65_534)) + Int(paths[place]) + 9
      // Contraction of a product and a sum may differ at a whole number.
      #expect(abs(Int(bounds[place]) - min(exact, 65_534)) <= 1)
    }
    bounds[count / 2] = 65_535
    var lowered = bounds
    kernels.lowerBounds(&lowered, by: paths, count: count)
    for place in 0..<count {
      #expect(
        lowered[place]
          == (bounds[place] == 65_535
            ? 65_535 : bounds[place] > paths[place] ? bounds[place] - paths[place] : 0))
    }
    let cuts = Set([0, count / 3, count / 2, count].map { UInt32($0) }).sorted()
    var minima = [Float](repeating: 0, count: cuts.count)
    kernels.segmentMinima(squared, starts: cuts, segments: cuts.count - 1, into: &minima)
    for segment in 0..<(cuts.count - 1) {
      let range = Int(cuts[segment])..<Int(cuts[segment + 1])
      #expect(minima[segment] == squared[range].min() ?? .infinity)
    }
  }

  @Test(arguments: names, [1, 2, 7, 16, 31, 32, 33, 70])
  func filters(_ name: String, _ groups: Int) throws {
    let kernels = try kernels(name)
    var random = CounterRandom(seed: 4, stream: UInt64(groups))
    let rows: [UInt32] = [3, 0, 5, 1, 4, 4, 2]
    let own = units(rows.count, below: 30_000, &random)
    // Fine bounds, and coarse ones below them.
    let width = 32 * groups
    let (paths, coarsePaths) = (
      units(width, below: 12_000, &random), units(groups, below: 12_000, &random)
    )
    var fine = units(6 * width, below: 65_536, &random)
    fine[5] = 65_535
    var coarse = (0..<(6 * groups)).map { place -> UInt16 in
      let (row, group) = place.quotientAndRemainder(dividingBy: groups)
      let least = (0..<32).map {
        max(0, Int(fine[row * width + group * 32 + $0]) - Int(paths[group * 32 + $0]))
      }.min()
      return UInt16(max(0, min(65_534, (least ?? 0) + Int(coarsePaths[group]) - 40)))
    }
    let given = coarse
    var failed = [UInt32](repeating: 0, count: rows.count)
    let failures = kernels.failingRows(
      rows, own: own, count: rows.count, bounds: coarse, paths: coarsePaths, groups: groups,
      into: &failed)
    #expect(
      Array(failed[..<failures])
        == rows.indices.filter { place in
          (0..<groups).contains {
            Int(given[Int(rows[place]) * groups + $0]) < Int(coarsePaths[$0]) + Int(own[place])
          }
        }.map { UInt32($0) })

    var lists = [UInt32](repeating: 0, count: rows.count * width + 32)
    var ends = [UInt32](repeating: 0, count: rows.count)
    kernels.filterRows(
      rows, own: own, count: rows.count, bounds: coarse, paths: coarsePaths, groups: groups,
      into: &lists, ends: &ends)
    var expected: [UInt32] = []
    for (place, row) in rows.enumerated() {
      for group in 0..<groups
      where Int(given[Int(row) * groups + group]) < Int(coarsePaths[group]) + Int(own[place]) {
        expected.append(UInt32(group))
      }
      #expect(Int(ends[place]) == expected.count)
    }
    #expect(Array(lists[..<expected.count]) == expected)

    kernels.filterRows(
      rows, own: own, count: rows.count, coarse: &coarse, paths: coarsePaths, floor: coarsePaths,
      bounds: fine, paths: paths, groups: groups, into: &lists, ends: &ends)
    expected = []
    for (place, row) in rows.enumerated() {
      for column in 0..<width
      where Int(fine[Int(row) * width + column]) < Int(paths[column]) + Int(own[place]) {
        expected.append(UInt32(column))
      }
      #expect(Int(ends[place]) == expected.count)
    }
    #expect(Array(lists[..<expected.count]) == expected)
    for place in coarse.indices { #expect(coarse[place] >= given[place]) }
  }
}
