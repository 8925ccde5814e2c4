import ContrastiveCore
import ContrastiveKernels
import Testing
import _TestSupport

/// Every kernel of every instruction set with buffers that end at a guard page, of every length
/// from 0 to 130: none reads or writes beyond them, and all agree with the portable one.
@Suite struct GuardPageTests {
  static let names = ["portable", "avx2", "avx512"]
  static let lengths = 0...130

  private func floats(_ count: Int, _ seed: Int) -> [Float] {
    TestData.numbers(count, in: -1..<1, seed: UInt64(seed + 1))
  }

  private func guarded(_ count: Int, _ seed: Int) -> GuardedBuffer<Float> {
    GuardedBuffer(floats(count, seed))
  }

  /// What the kernels of one instruction set make of a length, as numbers.
  private func rowResults(_ kernels: ContrastiveRowKernels, _ n: Int, rows: Int) -> [Double] {
    var found: [Double] = []
    let tile = { guarded(rows * n, 3) }
    func doubles(_ value: Double) -> GuardedBuffer<Double> {
      GuardedBuffer([Double](repeating: value, count: rows))
    }
    func add(_ buffers: GuardedBuffer<Float>...) {
      for buffer in buffers { found += buffer.values.map(Double.init) }
    }
    func add(_ buffers: GuardedBuffer<Double>...) {
      for buffer in buffers { found += buffer.values }
    }
    func lowest(_ count: Int) -> GuardedBuffer<Float> {
      GuardedBuffer([Float](repeating: -.infinity, count: count))
    }
    do {
      let (values, maximum, rescale) = (tile(), lowest(rows), guarded(rows, 0))
      let (sum, spread) = (doubles(0), doubles(0))
      kernels.softmax_update(
        values.start, rows, n, n, 3, maximum.start, sum.start, spread.start, rescale.start)
      add(values, maximum)
      add(sum, spread)
    }
    do {
      let (values, maximum, sum, spread) = (tile(), lowest(rows), doubles(0), doubles(0))
      kernels.softmax_update(
        values.start, rows, n, n, 3, maximum.start, sum.start, spread.start, nil)
      add(sum, spread)
    }
    do {
      let (values, maximum, columns) = (tile(), lowest(rows), lowest(n))
      let (sum, spread) = (doubles(0), doubles(0))
      let zeros = [Double](repeating: 0, count: n)
      let (columnSum, columnSpread) = (GuardedBuffer(zeros), GuardedBuffer(zeros))
      kernels.softmax_both_statistics(
        values.start, rows, n, n, 3, maximum.start, sum.start, spread.start, columns.start,
        columnSum.start, columnSpread.start)
      add(sum, spread, columnSum, columnSpread)
    }
    do {
      let (values, shift, weight) = (tile(), guarded(rows, 4), guarded(rows, 5))
      let (columnShift, columnWeight) = (guarded(n, 6), guarded(n, 7))
      kernels.softmax_coefficients(
        values.start, rows, n, n, 2, shift.start, weight.start, columnShift.start,
        columnWeight.start)
      add(values)
    }
    do {
      let (values, loss, sum, moment) = (tile(), doubles(0), doubles(0), doubles(0))
      for writes in [false, true] {
        kernels.sigmoid_update(
          values.start, rows, n, n, 3, -1, loss.start, sum.start, moment.start, writes)
      }
      add(values)
      add(loss, sum, moment)
    }
    let (a, b) = (guarded(n, 8), guarded(n, 9))
    found += [
      kernels.dot(a.start, b.start, n), Double(kernels.first_beyond(a.start, n, 0.9)),
      kernels.sum(a.start, n), n > 0 ? Double(kernels.maximum(a.start, n)) : 0,
      kernels.weighted_gap(a.start, b.start, n, 1),
    ]
    do {
      let keys = GuardedBuffer([UInt64](repeating: 0, count: n))
      found.append(Double(kernels.filter(a.start, n, 0.2, .infinity, 7, keys.start, nil)))
      var above = 0
      found.append(Double(kernels.filter(a.start, n, -0.5, 0.5, 7, keys.start, &above)))
      found.append(Double(above))
      let values = guarded(n, 8)
      kernels.exclude_outside(
        values.start, n, 7, contrastive_rank_key(0.5, 0), contrastive_rank_key(-0.5, 0))
      add(values)
    }
    do {
      let halves = GuardedBuffer([UInt16](repeating: 0, count: n))
      contrastive_round_to_halves(a.start, n, halves.start)
      let wide = guarded(n, 0)
      kernels.widen_halves(halves.start, n, wide.start)
      add(wide)
      let groups = GuardedBuffer((0..<n).map { Int32($0 % 3) })
      found.append(kernels.sum_equal(a.start, groups.start, 1, n))
      let bins = GuardedBuffer([UInt16](repeating: 0, count: n))
      kernels.bin_values(a.start, n, 50, 50, 99, bins.start)
      found += bins.values.map(Double.init)
    }
    return found
  }

  @Test(arguments: names) func rowKernels(_ name: String) throws {
    guard let kernels = contrastive_row_kernels_named(name) else { return }
    let portable = try #require(contrastive_row_kernels_named("portable"))
    for n in Self.lengths {
      for rows in [1, 3] {
        let found = rowResults(kernels.pointee, n, rows: rows)
        let expected = rowResults(portable.pointee, n, rows: rows)
        guard n > 0 else { continue }
        agree(found, expected, "\(name), \(rows) rows of \(n)")
      }
    }
  }

  private func agree(_ found: [Double], _ expected: [Double], _ comment: Comment) {
    #expect(found.count == expected.count)
    let isClose = zip(found, expected).allSatisfy {
      $0 == $1 || abs($0 - $1) < 1e-4 * (1 + abs($1))
    }
    #expect(isClose, comment)
  }

  private func clusterResults(_ kernels: ContrastiveClusterKernels, _ n: Int) -> [Double] {
    var found: [Double] = []
    let (a, b) = (guarded(n, 1), guarded(n, 2))
    func words(_ seed: Int, below bound: Int) -> GuardedBuffer<UInt16> {
      GuardedBuffer(
        TestData.integers(n, below: bound, seed: UInt64(seed)).map { UInt16($0) })
    }
    found.append(kernels.squared_distance(a.start, b.start, n))
    let (dots, norms) = (guarded(n, 3), guarded(n, 4))
    let least = kernels.squared_distances(dots.start, norms.start, n, 4)
    found += n > 0 ? [Double(least)] : []
    found += dots.values.map(Double.init)
    let indices = GuardedBuffer([UInt32](repeating: 0, count: n))
    found.append(Double(kernels.filter_below(a.start, n, 0.1, 5, indices.start)))
    let (paths, bounds) = (words(5, below: 20), words(6, below: 100))
    kernels.quantized_bounds(dots.start, n, 0.1, 50, paths.start, 3, bounds.start)
    found += bounds.values.map(Double.init)
    kernels.lower_bounds(bounds.start, paths.start, n)
    found += bounds.values.map(Double.init)
    // A row of bounds for each of three points.
    let points = GuardedBuffer<UInt32>([2, 0, 1])
    let own = GuardedBuffer<UInt16>([30, 50, 70])
    let table = GuardedBuffer(
      TestData.integers(3 * n, below: 100, seed: 7).map { UInt16($0) })
    let failed = GuardedBuffer([UInt32](repeating: 0, count: 3))
    found.append(
      Double(
        kernels.failing_rows(
          points.start, own.start, 3, table.start, paths.start, n, failed.start)))
    let chosen = GuardedBuffer([UInt32](repeating: 0, count: 3 * n + 32))
    let ends = GuardedBuffer([UInt32](repeating: 0, count: 3))
    kernels.filter_rows(
      points.start, own.start, 3, table.start, paths.start, n, chosen.start, ends.start)
    found += ends.values.map(Double.init)
    let starts = GuardedBuffer((0...n).map { UInt32($0) })
    let minima = guarded(n, 0)
    kernels.segment_minima(a.start, starts.start, n, minima.start)
    found += minima.values.map(Double.init)
    // n dimensions, three rows.
    let (rows, picked) = (guarded(3 * n, 8), GuardedBuffer<UInt32>([1, 2, 0]))
    let products = guarded(3, 0)
    kernels.gathered_dots(a.start, rows.start, n, picked.start, 3, n, products.start)
    found += products.values.map(Double.init)
    kernels.paired_dots(
      rows.start, picked.start, rows.start, points.start, 3, n, products.start)
    found += products.values.map(Double.init)
    let sums = GuardedBuffer([Int64](repeating: 0, count: n))
    kernels.add_fixed_point(a.start, n, 1_000, sums.start)
    return found + sums.values.map(Double.init)
  }

  @Test(arguments: names) func clusterKernels(_ name: String) throws {
    guard let kernels = contrastive_cluster_kernels_named(name) else { return }
    let portable = try #require(contrastive_cluster_kernels_named("portable"))
    for n in Self.lengths {
      agree(
        clusterResults(kernels.pointee, n), clusterResults(portable.pointee, n), "\(name) \(n)")
    }
  }

  private func sinkhornResults(_ kernels: ContrastiveSinkhornKernels, _ n: Int) -> [Double] {
    func numbers(_ seed: Int) -> GuardedBuffer<Double> {
      GuardedBuffer(floats(n, seed).map(Double.init))
    }
    var found: [Double] = []
    let (scores, shifts, maxima, sums) = (guarded(n, 1), numbers(2), numbers(3), numbers(4))
    if n > 0 { found.append(kernels.log_sum_exp_row(scores.start, n, 2, shifts.start)) }
    kernels.raise_maxima(scores.start, n, 2, 0.1, maxima.start)
    kernels.add_exponentials(scores.start, n, 2, 0.1, maxima.start, sums.start)
    found += maxima.values + sums.values
    let result = guarded(n, 0)
    kernels.exponentials(scores.start, n, 2, shifts.start, 0.1, result.start)
    found += result.values.map(Double.init)
    if n > 0 { found.append(kernels.softmax_row(scores.start, n, 2, shifts.start, result.start)) }
    found.append(kernels.weighted_sum(scores.start, shifts.start, n))
    kernels.add_scaled(scores.start, n, 0.5, sums.start)
    kernels.scale_values(scores.start, shifts.start, 0.5, n, result.start)
    return found + sums.values + result.values.map(Double.init)
  }

  @Test(arguments: names) func sinkhornKernels(_ name: String) throws {
    guard let kernels = contrastive_sinkhorn_kernels_named(name) else { return }
    let portable = try #require(contrastive_sinkhorn_kernels_named("portable"))
    for n in Self.lengths {
      agree(
        sinkhornResults(kernels.pointee, n), sinkhornResults(portable.pointee, n), "\(name) \(n)")
    }
  }

  /// What is no kernel of an instruction set.
  @Test func otherLoops() {
    for n in Self.lengths {
      let keys = (0..<n).map { contrastive_rank_key(floats(n, 1)[$0], UInt32($0)) }
      let (sorted, spare) = (GuardedBuffer(keys), GuardedBuffer(keys))
      contrastive_sort_rank_keys(sorted.start, n, spare.start)
      #expect(sorted.values == keys.sorted(by: >))
      guard n > 1 else { continue }
      let kept = GuardedBuffer(keys)
      let least = contrastive_keep_largest_rank_keys(kept.start, n, n / 2, spare.start)
      #expect(least == keys.sorted(by: >)[n / 2 - 1])
      let (source, target) = (guarded(n * 3, 2), guarded(n * 3, 0))
      contrastive_transpose(source.start, 3, n, n, target.start, 3)
      #expect(target.start[3 * (n - 1) + 2] == source.start[3 * n - 1])
    }
  }
}
