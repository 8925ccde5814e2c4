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
    let results = try [1, 3].map {
      try RankThresholds(
        [[Int]](repeating: ranks, count: rows), of: Operand("rows", a),
        among: Operand("columns", b), workers: Workers(count: $0))
    }
    #expect(results[0].boundaries == results[1].boundaries)
    for row in 0..<rows {
      let order = allKeys(a, row, b).sorted(by: >)
      #expect(results[0].boundaries[row].map(\.column) == ranks.map { RankKey.index(order[$0]) })
    }
  }

  /// Continuous values of both signs, ranks beyond what one pass can keep.
  @Test func agreesWithASortOfContinuousValues() throws {
    var random = CounterRandom(seed: 4)
    let b = try Matrix(
      rows: 30_000, columns: 1, values: (0..<30_000).map { _ in random.uniform(-1, 1) })
    let a = try Matrix(rows: 3, columns: 1, values: [1, -0.5, 1e-20])
    let ranks = [3_000, 15_000, 29_000]
    let found = try RankThresholds(
      [[Int]](repeating: ranks, count: 3), of: Operand("rows", a), among: Operand("columns", b),
      workers: .all)
    for row in 0..<3 {
      let order = allKeys(a, row, b).sorted(by: >)
      #expect(found.boundaries[row].map(\.column) == ranks.map { RankKey.index(order[$0]) })
    }
  }

  /// Passes over all rows and over the few that are left open may multiply in different ways, so
  /// that a similarity is on one side of a guess and then on the other.
  @Test(arguments: MatrixProduct.allCases)
  func passesWithOtherBits(_ product: MatrixProduct) throws {
    let (rows, columns) = (2_048, 800)
    let sampled = Set((0..<512).map { $0 * columns / 512 })
    var seen = 0
    let first = (0..<columns).map { column -> Float in
      guard sampled.contains(column) else { return 0.61 + Float(column) * 1e-4 }
      defer { seen += 1 }
      return seen < 320 ? 0.60172766 : seen < 420 ? 0.6017276 : 0.5 - Float(column) * 1e-4
    }
    let b = try Matrix(
      rows: columns, columns: 2,
      values: (0..<columns).flatMap { [first[$0], Float($0) * 1e-3 - 0.4] })
    var a = Matrix(rows: rows, columns: 2, sharing: (0..<rows).flatMap { _ in [Float(0), 1] })
    (a[0, 0], a[0, 1]) = (0.7123456, 0)
    let found = try RankThresholds(
      [[Int]](repeating: [600], count: rows), of: Operand("rows", a),
      among: Operand("columns", b), workers: Workers.all.using(product))
    for row in [0, 1, 2_047] {
      let order = (0..<columns).sorted {
        (a.dot(row, with: b, $0), $1) > (a.dot(row, with: b, $1), $0)
      }
      #expect(found.boundaries[row].map(\.column) == [order[600]], "row \(row)")
    }
  }

  /// A window keeps as many columns as it has ranks, ties or not.
  @Test(arguments: [0..<600, 0..<20, 17..<530, 590..<600, 0..<1])
  func windowsHoldTheirRanks(_ ranks: Range<Int>) throws {
    let a = Operand("rows", try integers(260, 1, seed: 5))
    let b = Operand("columns", try integers(600, 1, seed: 6))
    let windows = try RankWindows(ranks, of: a, among: b, workers: .all)
    let kept = try RectanglePass(rows: a, columns: b).read(
      SoftmaxReader(temperature: 1e6, excluding: [.mask(windows)]), workers: .all
    ).flatMap(\.sum)
    #expect(kept.allSatisfy { Int($0.rounded(.up)) == ranks.count })
    for row in 0..<260 {
      let keys = allKeys(a.matrix, row, b.matrix)
      let inside = keys.sorted(by: >)[ranks]
      for column in 0..<600 {
        let similarity = a.matrix.dot(row, with: b.matrix, column)
        #expect(
          windows.holds(column, similarity: similarity, row: row) == inside.contains(keys[column]))
      }
    }
  }

  /// Copies of a few columns with noise below the rounding of a Float32 pass: only Double tells
  /// their order.
  @Test(arguments: [40..<200, 3..<1_100, 0..<700]) func nearTies(_ ranks: Range<Int>) throws {
    let (count, dimension) = (1_200, 128)
    var random = CounterRandom(seed: 8)
    let few = (0..<(4 * dimension)).map { _ in random.uniform(-0.1, 0.1) }
    let b = try Matrix(
      rows: count, columns: dimension,
      values: (0..<(count * dimension)).map {
        few[$0 / dimension % 4 * dimension + $0 % dimension] + random.uniform(-3e-8, 3e-8)
      })
    let a = try Matrix(
      rows: 5, columns: dimension,
      values: (0..<(5 * dimension)).map { _ in random.uniform(-0.1, 0.1) })
    let ends = [ranks.lowerBound, ranks.upperBound - 1]
    let found = try RankThresholds(
      [[Int]](repeating: ends, count: 5), of: Operand("rows", a), among: Operand("columns", b),
      workers: .all)
    for row in 0..<5 {
      let similarities = a.rows(at: [Int](repeating: row, count: count)).rowDots(b)
      let order = (0..<count).sorted { (similarities[$0], $1) > (similarities[$1], $0) }
      #expect(found.boundaries[row].map(\.column) == ends.map { order[$0] })
    }
  }

  /// Every other row sees columns that mislead the sample, so that only those rows are looked at
  /// again; and each row has columns of its own that have no rank.
  @Test func rowsThatTheSampleMisleads() throws {
    let (rows, count) = (300, 6_144)
    var random = CounterRandom(seed: 5)
    let b = try Matrix(
      rows: count, columns: 2,
      values: (0..<count).flatMap { column in
        [random.uniform(-1, 1) + (column % 12 == 0 ? 4 : 0), random.uniform(-1, 1)]
      })
    let a = try Matrix(
      rows: rows, columns: 2, values: (0..<rows).flatMap { $0 % 2 == 0 ? [1, 0] : [0, 1] })
    let dropped = (0..<rows).map { row in (0..<40).map { 150 * $0 + row % 150 } }
    let ranks = [700, 3_000, 6_000]
    let exclusions = [Exclusion.listed(RowLists(dropped, isSymmetric: false))]
    let found = try [1, 3].map {
      try RankThresholds(
        [[Int]](repeating: ranks, count: rows), of: Operand("rows", a),
        among: Operand("columns", b), excluding: exclusions, workers: Workers(count: $0))
    }
    #expect(found[0].boundaries == found[1].boundaries)
    for row in 0..<rows {
      let gone = Set(dropped[row])
      let order = (0..<count).filter { !gone.contains($0) }
        .sorted { (b[$0, row % 2], $1) > (b[$1, row % 2], $0) }
      #expect(found[0].boundaries[row].map(\.column) == ranks.map { order[$0] })
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

extension RankWindows {
  /// The same ranks of all columns for each row.
  fileprivate init(
    _ ranks: Range<Int>, of rows: Operand, among columns: Operand, workers: Workers
  ) throws {
    try self.init(
      [Range<Int>](repeating: ranks, count: rows.rows),
      ofCounts: [Int](repeating: columns.rows, count: rows.rows), of: rows, among: columns,
      workers: workers)
  }
}
