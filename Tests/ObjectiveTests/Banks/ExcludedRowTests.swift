import Contrastive
import Testing
import _TestSupport

/// Banks with rows that are too old, for objectives that name rows of the bank.
@Suite struct ExcludedRowTests {
  /// The first rows of the bank are old.
  private static let old = 6
  private static let indices = [8, 6, 20, 13, 9]
  private let queries: Matrix
  private let recent: Matrix

  init() throws {
    queries = try TestData.embeddings(5, 8, seed: 1).normalized().rows
    recent = try TestData.embeddings(18, 8, seed: 2).normalized().rows
  }

  /// The bank for samples of which it has `ids`; old rows are made from `seed`.
  private func columns(
    seed: UInt64 = 3, ids: [Int] = [50, 51, 52, 53, 54], own: OwnEntries = .exclude
  ) throws -> BankColumns {
    var bank = try QueueBank(capacity: 24, dimension: 8)
    try bank.enqueue(
      TestData.embeddings(Self.old, 8, seed: seed), ids: Array(0..<Self.old), step: 1)
    try bank.enqueue(recent, ids: Array(Self.old..<24), step: 5)
    return try bank.columns(for: ids, own: own, olderThan: 2)
  }

  /// Two neighbors of each row, which lead to the recent ones.
  private var neighbors: [Int] { (0..<48).map { Self.old + $0 * 5 % 18 } }

  /// Worst seen 6e-8.
  @Test(arguments: [false, true]) func invPIsThatOfTheRecentRows(_ exact: Bool) throws {
    let objective = try InvP(background: 10, positives: 4, exactBackground: exact)
    let found = try objective.evaluate(
      queries: queries, bank: columns(), indices: Self.indices,
      neighbors: NeighborGraph(nodes: 24, indices: neighbors))
    let expected = try objective.evaluate(
      queries: queries, bank: recent, indices: Self.indices.map { $0 - Self.old },
      neighbors: NeighborGraph(
        nodes: 18, indices: neighbors.dropFirst(2 * Self.old).map { $0 - Self.old }))
    #expect(relativeError(found.loss, expected.loss) < 1e-6)
    expectClose(
      try #require(found[.queries]), try #require(expected[.queries]).doubles, within: 1e-6)
  }

  /// Walks that lead to old rows do not make them positives.
  @Test(arguments: [false, true]) func oldRowsAreNoPositives(_ exact: Bool) throws {
    let objective = try InvP(background: 10, positives: 4, exactBackground: exact)
    let graph = try NeighborGraph(nodes: 24, indices: (0..<48).map { $0 * 7 % 24 })
    let (a, b) = try (columns(seed: 3), columns(seed: 4))
    #expect(a.operand.matrix != b.operand.matrix)
    let found = try [a, b].map {
      try objective.evaluate(queries: queries, bank: $0, indices: Self.indices, neighbors: graph)
    }
    #expect(found[0].loss == found[1].loss && found[0].loss.isFinite)
    #expect(found[0][.queries] == found[1][.queries])
  }

  @Test func invPRefusesAnOldRowOfItsOwn() throws {
    #expect(
      throws: ContrastiveError.index(
        argument: "indices", position: 1, found: "2, an excluded row of the bank",
        expected: "a row that takes part")
    ) {
      try InvP().evaluate(
        queries: queries, bank: columns(), indices: [8, 2, 20, 13, 9],
        neighbors: NeighborGraph(nodes: 24, indices: neighbors))
    }
  }

  @Test func invPRefusesWeights() throws {
    let attracted = try columns(ids: [10, 11, 12, 13, 14], own: .attract)
    #expect(
      throws: ContrastiveError.parameter(
        name: "pairs", found: "weights or targets in InvP", expected: "pairs that are excluded")
    ) {
      try InvP().evaluate(
        queries: queries, bank: attracted, indices: Self.indices,
        neighbors: NeighborGraph(nodes: 24, indices: neighbors))
    }
  }

  /// The noise is of the recent rows, and so is n.
  @Test(arguments: [nil, 40.0]) func noiseIsOfTheRecentRows(_ partition: Double?) throws {
    let objective = try InstDisc(partition: partition)
    let noise = (0..<15).map { Self.old + $0 * 11 % 18 }
    let found = try objective.evaluate(
      queries: queries, bank: columns(), indices: Self.indices, noise: noise)
    let expected = try objective.evaluate(
      queries: queries, bank: recent, indices: Self.indices.map { $0 - Self.old },
      noise: noise.map { $0 - Self.old })
    #expect(found.loss == expected.loss)
    #expect(found[.queries] == expected[.queries])
    #expect(found.details.partition == expected.details.partition)
  }

  @Test func noiseOfOldRowsIsRefused() throws {
    #expect(
      throws: ContrastiveError.index(
        argument: "noise", position: 3, found: "1, an excluded row of the bank",
        expected: "a row that takes part")
    ) {
      try InstDisc().evaluate(
        queries: queries, bank: columns(), indices: Self.indices, noise: [6, 7, 8, 1, 9])
    }
  }

  /// In both forms, and in a bank of samples of which one was never met.
  @Test(arguments: [nil, [6, 7, 8, 9, 10]]) func instDiscRefusesAnOldRowOfItsOwn(
    _ noise: [Int]?
  ) throws {
    let indices = [8, 6, 20, 5, 9]
    let refusal = ContrastiveError.index(
      argument: "indices", position: 3, found: "5, an excluded row of the bank",
      expected: "a row that takes part")
    #expect(throws: refusal) {
      try InstDisc().evaluate(
        queries: queries, bank: columns(), indices: indices, noise: noise)
    }
    var samples = try SampleBank(samples: 24, dimension: 8)
    try samples.update(recent, ids: Array(Self.old..<24))
    #expect(throws: refusal) {
      try InstDisc().evaluate(queries: queries, bank: samples, indices: indices, noise: noise)
    }
  }

  /// The softmax is over the recent rows.
  @Test func instDiscIsThatOfTheRecentRows() throws {
    let found = try InstDisc().evaluate(
      queries: queries, bank: columns(), indices: Self.indices)
    let expected = try InstDisc().evaluate(
      queries: queries, bank: recent, indices: Self.indices.map { $0 - Self.old })
    #expect(relativeError(found.loss, expected.loss) < 1e-6)
    expectClose(
      try #require(found[.queries]), try #require(expected[.queries]).doubles, within: 1e-6)
  }

  /// False negative cancellation takes a bank of any form.
  @Test(arguments: FNC.Mode.allCases) func fncIsThatOfTheRecentRows(_ mode: FNC.Mode) throws {
    let objective = try FNC(search: FalseNegatives(topK: 3, threshold: nil), mode: mode)
    let (views, support) = try (
      TestData.embeddings(6, 8, seed: 5).normalized().rows,
      TestData.embeddings(6, 8, seed: 6).normalized().rows
    )
    let found = try objective.evaluate(
      embeddings: views, views: 2, support: support,
      bank: columns(ids: [50, 51, 52, 53, 54, 55]))
    let expected = try objective.evaluate(
      embeddings: views, views: 2, support: support, bank: recent)
    #expect(relativeError(found.loss, expected.loss) < 1e-6)
    #expect(found.details.falseNegatives == expected.details.falseNegatives)
    expectClose(
      try #require(found[.embeddings]), try #require(expected[.embeddings]).doubles,
      within: 1e-6)
  }
}
