import ContrastiveCore
import Foundation
import Testing
import _TestSupport

@Suite struct SoftmaxReaderTests {
  static let shapes = [(1, 1), (1, 3), (3, 1), (2, 16), (7, 17), (5, 61), (16, 129)]

  @Test(arguments: shapes, [0.01, 0.1, 1, 50]) func agreesWithDouble(
    _ shape: (Int, Int), _ temperature: Double
  ) {
    let all = Similarities(shape.0, shape.1, seed: 1)
    let reader = SoftmaxReader(temperature: temperature)
    let expected = SoftmaxDefinition.rows(all, temperature: temperature)
    for cut in Similarities.cuts(shape.1) {
      expectClose(all.merged(reader, runs: cut), expected, "\(cut)")
    }
  }

  /// A row without a column so far does not spoil what is merged with it.
  @Test func emptyRowsMerge() {
    let all = Similarities(2, 5, seed: 2)
    let lists = RowLists([[0, 1, 2], []])
    let reader = SoftmaxReader(temperature: 0.5, excluding: [.listed(lists)])
    let expected = SoftmaxDefinition.rows(all, temperature: 0.5) { row, column in
      row == 1 || column > 2
    }
    for cut in Similarities.cuts(5) {
      expectClose(all.merged(reader, runs: cut), expected, "\(cut)")
    }
    var none = SoftmaxStatistics(rows: 2)
    none.merge(SoftmaxStatistics(rows: 2), temperature: 1)
    #expect(
      none.sum == [0, 0] && none.maximum == [-.infinity, -.infinity] && none.spread == [0, 0])
  }

  /// Similarities as they come from unnormalized rows: nothing overflows.
  @Test func hugeSimilaritiesStayFinite() {
    let all = Similarities(1, 4, [1e30, -1e30, 9e29, 0])
    let found = all.statistics(SoftmaxReader(temperature: 0.01))
    #expect(found.maximum == [1e30] && found.sum == [1] && found.spread == [0])
  }

  static let exclusions: [(name: String, list: [Exclusion])] = [
    ("none", []), ("diagonal", [.diagonal]),
    ("symmetric lists", [.listed(RowLists([[1], [0], [], [4], [3], []]))]),
    ("lists", [.listed(RowLists([[1, 5], [], [0], [3], [], [2]]))]),
  ]

  /// A tile of a symmetric or crossing pass is read for its rows and for its columns at once.
  @Test(arguments: exclusions.indices) func bothSidesAreReadAtOnce(_ index: Int) {
    let all = Similarities.symmetric(6, seed: 3)
    let reader = SoftmaxReader(temperature: 0.2, excluding: Self.exclusions[index].list)
    let (rows, columns) = (0..<2, 2..<6)
    var first = reader.start(rows: rows)
    var second = reader.start(rows: columns)
    all.tile(rows, columns) { tile in
      all.tile(columns, rows) { other in
        reader.read(tile, transposed: { other }, rows: &first, columns: &second)
      }
    }
    let (plain, back) = (
      all.statistics(reader, rows: rows, spans: [columns]),
      all.statistics(reader, rows: columns, spans: [rows])
    )
    for (found, expected) in [(first, plain), (second, back)] {
      #expect(found.maximum == expected.maximum)
      for row in expected.sum.indices {
        #expect(abs(found.sum[row] - expected.sum[row]) <= 1e-6 * expected.sum[row])
        #expect(
          abs(found.spread[row] - expected.spread[row]) <= 1e-6 * max(1, expected.spread[row]))
      }
    }
  }

  /// What is written is exp((s − m)/temperature) with m the maximum so far; `rescale` brings what
  /// was summed before to that maximum.
  @Test func readsAndWritesAtOnce() {
    let all = Similarities(3, 10, seed: 4)
    let reader = SoftmaxReader(temperature: 0.3, excluding: [.diagonal])
    var found = reader.start(rows: 0..<3)
    var sums = [Double](repeating: 0, count: 3)
    for span in [0..<4, 4..<5, 5..<10] {
      var rescale = [Float](repeating: 1, count: 3)
      let left = all.tile(0..<3, span) { tile in
        rescale.withUnsafeMutableBufferPointer { rescale in
          guard let base = rescale.baseAddress else { return }
          reader.readAndWrite(tile, into: &found, rescale: base)
        }
      }
      for row in 0..<3 {
        let part = left[(row * span.count)..<((row + 1) * span.count)]
        sums[row] = sums[row] * Double(rescale[row]) + part.reduce(0) { $0 + Double($1) }
        for (place, column) in span.enumerated() {
          let wanted =
            row == column
            ? 0 : exp((Double(all[row, column]) - Double(found.maximum[row])) / 0.3)
          #expect(abs(Double(part[row * span.count + place]) - wanted) < 1e-6)
        }
      }
    }
    let expected = SoftmaxDefinition.rows(all, temperature: 0.3) { $0 != $1 }
    expectClose(found, expected)
    expectClose(sums, expected.map(\.sum), within: 2e-6)
  }

  /// The factors that the sums of earlier and later columns are multiplied with.
  @Test func mergingTellsTheFactors() {
    let all = Similarities(2, 2, [0.5, 0.75, 1, -1])
    let reader = SoftmaxReader(temperature: 0.25)
    var found = all.statistics(reader, spans: [0..<1])
    let later = all.statistics(reader, spans: [1..<2])
    var (keep, add) = ([Float](repeating: 1, count: 2), [Float](repeating: 1, count: 2))
    keep.withUnsafeMutableBufferPointer { keep in
      add.withUnsafeMutableBufferPointer { add in
        guard let keep = keep.baseAddress, let add = add.baseAddress else { return }
        reader.merge(later, into: &found, keep: keep, add: add)
      }
    }
    expectClose(keep, [exp(-1), 1], within: 1e-7)
    expectClose(add, [1, exp(-8)], within: 1e-7)
    expectClose(found, SoftmaxDefinition.rows(all, temperature: 0.25))
  }
}
