import ContrastiveCore
import Testing
import _TestSupport

@Suite struct ExclusionTests {
  private static let lists = [[1, 6], [], [2, 3, 4], [0], [5]]

  /// Each exclusion of 5 rows and 7 columns, and what it excludes.
  private static func all() throws -> [(Exclusion, @Sendable (Int, Int) -> Bool)] {
    let mask = try SelectionMask(
      rows: 5, columns: 7, values: (0..<35).map { UInt8($0 % 3 == 0 ? 0 : 1) })
    let (a, b): ([Int32], [Int32]) = ([0, 1, 2, 0, -4], [0, 0, 1, 9, 2, 1, 0])
    let back = RowLists([[0, 4], [2], [], [1], [], [3], [0]])
    return [
      (.diagonal, { $0 == $1 }), (.listed(RowLists(lists)), { lists[$0].contains($1) }),
      (.listed(RowLists(single: [3, 0, 6, 1, 1])), { [3, 0, 6, 1, 1][$0] == $1 }),
      (.sameLabel(rows: a, columns: b), { a[$0] == b[$1] }),
      (.mask(mask), { ($0 * 7 + $1) % 3 == 0 }),
      (.transposed(.listed(back)), { back[$1].contains(Int32($0)) }),
      (.transposed(.sameLabel(rows: b, columns: a)), { a[$0] == b[$1] }),
      (.transposed(.transposed(.mask(mask))), { ($0 * 7 + $1) % 3 == 0 }),
      (.selected(rows: Array(2..<7), .diagonal), { $0 + 2 == $1 }),
      (
        .selected(rows: [4, 0, 2, 2, 1], .listed(RowLists(lists))),
        { lists[[4, 0, 2, 2, 1][$0]].contains($1) }
      ),
    ]
  }

  @Test func everyTileIsExcludedAsTheWhole() throws {
    let similarities = Similarities(5, 7, seed: 1)
    let parts: [(Range<Int>, Range<Int>)] = [
      (0..<5, 0..<7), (0..<1, 0..<7), (2..<5, 3..<6), (4..<5, 6..<7), (1..<3, 0..<2),
    ]
    for (exclusion, isExcluded) in try Self.all() {
      for (rows, columns) in parts {
        let found = similarities.tile(rows, columns) { exclusion.apply(to: $0) }
        let wanted = rows.flatMap { row in
          columns.map { isExcluded(row, $0) ? -.infinity : similarities[row, $0] }
        }
        #expect(found == wanted, "\(exclusion), \(rows) × \(columns)")
      }
    }
  }

  /// Looked up one by one.
  @Test func everyEntryIsExcludedAsTheWhole() throws {
    for (exclusion, isExcluded) in try Self.all() {
      for (row, column) in (0..<35).map({ ($0 / 7, $0 % 7) }) {
        #expect([exclusion].exclude(row: row, column: column) == isExcluded(row, column))
      }
    }
  }

  /// The other way around: rows are its columns.
  @Test func everyExclusionTransposes() throws {
    let similarities = Similarities(7, 5, seed: 1)
    for (exclusion, isExcluded) in try Self.all() {
      for (rows, columns) in [(0..<7, 0..<5), (3..<6, 1..<4)] {
        let found = similarities.tile(rows, columns) {
          Exclusion.transposed(exclusion).apply(to: $0)
        }
        let wanted = rows.flatMap { row in
          columns.map { isExcluded($0, row) ? -.infinity : similarities[row, $0] }
        }
        #expect(found == wanted, "\(exclusion), \(rows) × \(columns)")
      }
    }
  }

  @Test func symmetryIsKnown() throws {
    #expect(Exclusion.diagonal.isSymmetric)
    #expect(Exclusion.listed(RowLists([[1], [0], []])).isSymmetric)
    #expect(!Exclusion.listed(RowLists([[1], [], []])).isSymmetric)
    #expect(Exclusion.sameLabel(rows: [1, 2], columns: [1, 2]).isSymmetric)
    #expect(!Exclusion.sameLabel(rows: [1, 2], columns: [2, 1]).isSymmetric)
    #expect(Exclusion.transposed(.diagonal).isSymmetric)
    #expect(!Exclusion.selected(rows: [1, 2], .diagonal).isSymmetric)
    #expect(([] as [Exclusion]).isSymmetric && [.diagonal].isSymmetric)
  }

  @Test func includedColumnsAreCounted() throws {
    for (exclusion, isExcluded) in try Self.all() {
      let wanted = (0..<5).map { row in (0..<7).count { !isExcluded(row, $0) } }
      for workers in [Workers.one, try Workers(count: 3)] {
        #expect(
          [exclusion].counts(rows: 5, columns: 7, workers: workers) == wanted, "\(exclusion)")
      }
    }
    // Excluded twice counts once.
    #expect(
      [Exclusion.diagonal, .listed(RowLists([[0, 1], [1], []]))]
        .counts(rows: 3, columns: 3, workers: .one) == [1, 2, 2])
  }
}
