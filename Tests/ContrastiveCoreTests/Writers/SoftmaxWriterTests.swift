import ContrastiveCore
import Foundation
import Testing
import _TestSupport

@Suite struct SoftmaxWriterTests {
  static let shapes = [(1, 1), (3, 1), (1, 17), (5, 16), (7, 61)]

  static func side(_ count: Int, seed: UInt64) -> SoftmaxWriter.Side {
    SoftmaxWriter.Side(
      shift: TestData.numbers(count, seed: seed), weight: TestData.numbers(count, seed: seed + 1))
  }

  /// The coefficients by their formula.
  static func expected(
    _ all: Similarities, temperature: Double, rows: SoftmaxWriter.Side?,
    columns: SoftmaxWriter.Side?
  ) -> [Double] {
    (0..<all.rows).flatMap { row in
      (0..<all.columns).map { column in
        func half(_ side: SoftmaxWriter.Side?, _ index: Int) -> Double {
          guard let side else { return 0 }
          return Double(side.weight[index])
            * exp((Double(all[row, column]) - Double(side.shift[index])) / temperature)
        }
        return half(rows, row) + half(columns, column)
      }
    }
  }

  /// Worst error seen: 1.7e-7 of the largest coefficient.
  @Test(arguments: shapes, [(true, false), (false, true), (true, true)])
  func agreesWithItsFormula(_ shape: (Int, Int), _ sides: (Bool, Bool)) {
    let all = Similarities(shape.0, shape.1, seed: 1)
    let rows = sides.0 ? Self.side(shape.0, seed: 2) : nil
    let columns = sides.1 ? Self.side(shape.1, seed: 4) : nil
    let writer = SoftmaxWriter(temperature: 0.5, rows: rows, columns: columns)
    let found = all.tile(0..<shape.0, 0..<shape.1) { writer.write($0) }
    let wanted = Self.expected(all, temperature: 0.5, rows: rows, columns: columns)
    expectClose(found, wanted, within: 2e-6)
    // A part of the matrix is the same part of the result.
    guard shape.0 > 2, shape.1 > 8 else { return }
    let part = all.tile(1..<3, 4..<8) { writer.write($0) }
    expectClose(
      part, (1..<3).flatMap { row in wanted[(row * shape.1 + 4)..<(row * shape.1 + 8)] },
      within: 2e-6)
  }

  @Test func excludedEntriesAreZero() {
    let all = Similarities(4, 4, seed: 5)
    let writer = SoftmaxWriter(
      temperature: 1, rows: Self.side(4, seed: 2), columns: Self.side(4, seed: 4),
      excluding: [.diagonal, .listed(RowLists([[1], [], [0], []]))])
    let found = all.tile(0..<4, 0..<4) { writer.write($0) }
    for place in 0..<16 {
      let isExcluded = [0, 1, 5, 8, 10, 15].contains(place)
      #expect((found[place] == 0) == isExcluded)
    }
  }
}

@Suite struct SoftmaxSumWriterTests {
  @Test func sumsItsTerms() {
    let all = Similarities(5, 11, seed: 1)
    let terms = (0..<3).map { index in
      SoftmaxWriter(
        temperature: 0.3 + Double(index), rows: SoftmaxWriterTests.side(5, seed: UInt64(index)),
        excluding: index == 1 ? [.diagonal] : [])
    }
    for count in 1...3 {
      let writer = SoftmaxSumWriter(
        Array(terms[..<count]), excluding: [.listed(RowLists([[10], [0], [], [], [2]]))])
      let found = all.tile(0..<5, 0..<11) { writer.write($0) }
      var wanted = [Double](repeating: 0, count: 55)
      for (index, term) in terms[..<count].enumerated() {
        let alone = SoftmaxWriterTests.expected(
          all, temperature: term.temperature, rows: term.rows, columns: nil)
        for place in wanted.indices where index != 1 || place / 11 != place % 11 {
          wanted[place] += alone[place]
        }
      }
      for place in [10, 11, 46] { wanted[place] = 0 }
      expectClose(found, wanted, within: 2e-6, "\(count) terms")
    }
  }
}

@Suite struct GroupedSoftmaxWriterTests {
  /// G + Gᵀ, whichever part of it the tile is.
  @Test(arguments: [1, 2, 3]) func agreesWithItsFormula(_ smallest: Int) {
    let all = Similarities.symmetric(11, seed: 1)
    let groups = RowGroups(lengths: [3, 1, 2, 5])
    let outside = SoftmaxWriterTests.side(11, seed: 2)
    let inside = SoftmaxWriterTests.side(11, seed: 4)
    let target = TestData.numbers(11, seed: 6)
    let writer = GroupedSoftmaxWriter(
      temperature: 0.5, groups: groups, smallestGroup: smallest, outside: outside, inside: inside,
      target: target)
    func one(_ row: Int, _ column: Int) -> Double {
      func softmax(_ side: SoftmaxWriter.Side) -> Double {
        Double(side.weight[row])
          * exp((Double(all[row, column]) - Double(side.shift[row])) / 0.5)
      }
      guard groups[row] ~= column else { return softmax(outside) }
      if row == column || groups[row].count < smallest { return 0 }
      return softmax(inside) - Double(target[row])
    }
    for (rows, columns) in [(0..<11, 0..<11), (0..<4, 4..<11), (2..<7, 1..<9), (5..<6, 6..<11)] {
      let found = all.tile(rows, columns) { writer.write($0) }
      let wanted = rows.flatMap { row in columns.map { one(row, $0) + one($0, row) } }
      expectClose(found, wanted, within: 2e-6, "\(rows) × \(columns)")
    }
  }
}
