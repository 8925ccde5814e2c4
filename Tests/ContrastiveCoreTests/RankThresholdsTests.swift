import ContrastiveCore
import Testing

/// Exact ranks, against a sort of every similarity.
@Suite struct RankThresholdsTests {
  /// Small whole numbers make every dot product exact and ties by the hundred.
  @Test(arguments: [
    (1, 600, 3), (300, 513, 1), (3, 9_001, 3), (2_050, 700, 2), (2, 20_000, 0),
  ])
  func agreesWithASort(_ rows: Int, _ columns: Int, _ largest: Int) throws {
    let a = try integers(rows, largest, seed: 1)
    let b = try integers(columns, largest, seed: 2)
    let ranks = [0, 1, 100, 511, 512, columns / 3, columns / 2, columns - 2, columns - 1]
      .filter { $0 < columns }
    let watched = (0..<rows).map { $0 * 37 % columns }
    let results = try [1, 3].map {
      try RankThresholds(
        ranks, of: Operand("rows", a), among: Operand("columns", b), watching: watched,
        workers: Workers(count: $0))
    }
    #expect(results[0].keys == results[1].keys)
    #expect(results[0].watched == results[1].watched)
    for row in 0..<rows {
      let keys = allKeys(a, row, b)
      let order = keys.sorted(by: >)
      #expect(results[0].keys[row] == ranks.map { order[$0] })
      #expect(results[0].watched[row] == keys[watched[row]])
    }
  }

  /// Continuous values of both signs, ranks beyond what one sweep can keep.
  @Test func agreesWithTheSweepsOwnSimilarities() throws {
    var random = CounterRandom(seed: 4)
    let b = try Matrix(
      rows: 30_000, columns: 1, values: (0..<30_000).map { _ in random.uniform(-1, 1) })
    let a = try Matrix(rows: 3, columns: 1, values: [1, -0.5, 1e-20])
    let ranks = [3_000, 15_000, 29_000]
    let found = try RankThresholds(
      ranks, of: Operand("rows", a), among: Operand("columns", b), workers: .all)
    for row in 0..<3 {
      let order = allKeys(a, row, b).sorted(by: >)
      #expect(found.keys[row] == ranks.map { order[$0] })
    }
  }

  /// A window keeps as many columns as it has ranks, ties or not.
  @Test(arguments: [0..<600, 0..<20, 17..<530, 590..<600, 0..<1])
  func windowsHoldTheirRanks(_ ranks: Range<Int>) throws {
    let a = Operand("rows", try integers(260, 1, seed: 5))
    let b = Operand("columns", try integers(600, 1, seed: 6))
    let watched = (0..<260).map { $0 * 7 % 600 }
    let windows = try RankWindows(ranks, of: a, among: b, watching: watched, workers: .all)
    let kept = try TiledSweep(rows: a, columns: b).run(
      RunningSoftmax(temperature: 1e6, excluding: [.outside(windows)]), accumulating: false,
      workers: .all
    ).blocks.flatMap(\.sum)
    #expect(kept.allSatisfy { Int($0.rounded(.up)) == ranks.count })
    for row in 0..<260 {
      let keys = allKeys(a.matrix, row, b.matrix)
      let inside = keys.sorted(by: >)[ranks]
      #expect(windows.holdsWatched[row] == inside.contains(keys[watched[row]]))
    }
  }

  private func integers(_ rows: Int, _ largest: Int, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    return try Matrix(
      rows: rows, columns: 4,
      values: (0..<(rows * 4)).map { _ in
        Float(random.index(below: 2 * largest + 1) - largest)
      })
  }

  private func allKeys(_ a: Matrix, _ row: Int, _ b: Matrix) -> [UInt64] {
    (0..<b.rows).map { column in
      RankKey.make(zip(a.row(row), b.row(column)).reduce(0) { $0 + $1.0 * $1.1 }, column)
    }
  }
}
