import Contrastive
import Testing
import _Reference
import _TestSupport

/// What a batch's own entries in a bank are to it.
@Suite struct OwnEntriesTests {
  /// The bug of many codes: a bank larger than an epoch, or as large as the data set, still holds
  /// the key of the very sample that is asked for, and pushes the query away from it.
  ///
  /// With a bank of nothing but the sample's own stale key there is nothing to push from: the loss
  /// is 0, where counting it as a negative makes it log 2.
  @Test func ownStaleKeyIsNoNegative() throws {
    let sample = try TestData.embeddings(1, 4, seed: 1)
    var bank = try QueueBank(capacity: 8, dimension: 4)
    try bank.enqueue(sample, ids: [7])
    let right = try InfoNCE().evaluate(
      queries: sample, keys: sample, bank: bank.columns(for: [7]))
    #expect(right.loss == 0)
    #expect(right[.queries] == Matrix(zeros: 1, by: 4))
    let field = try InfoNCE().evaluate(
      queries: sample, keys: sample, bank: bank.columns(for: [7], own: .keep))
    #expect(abs(field.loss - 0.693_147_18) < 1e-6)

    // The same among others, and only for the query it belongs to.
    try bank.enqueue(TestData.embeddings(5, 4, seed: 2), ids: [1, 7, 2, 3, 4])
    let queries = try TestData.embeddings(2, 4, seed: 3)
    let keys = try TestData.embeddings(2, 4, seed: 4)
    let found = try InfoNCE().evaluate(
      queries: queries, keys: keys, bank: bank.columns(for: [7, 9]))
    var weights = zeros(2, 6).map { $0.map { _ in 1.0 } }
    (weights[0][0], weights[0][2]) = (0, 0)
    let expected = referencePairedInfoNCE(
      queries: queries.doubles, keys: keys.doubles, columns: bank.rows.doubles, weights: weights,
      targets: zeros(2, 6), temperature: 0.07)
    #expect(relativeError(found.loss, expected.loss) < 1e-6)
    let gradient = try #require(expected.gradients["queries"])
    #expect(worstError(try #require(found[.queries]), gradient) < 2e-6)
  }

  /// Attracting is a mean over the own key and the stale ones.
  @Test func attractedEntriesShareTheTarget() throws {
    var bank = try QueueBank(capacity: 9, dimension: 3)
    try bank.enqueue(TestData.embeddings(9, 3, seed: 5), ids: [0, 1, 2, 0, 1, 2, 0, 3, 4])
    let columns = try bank.columns(for: [0, 5], own: .attract)
    #expect(columns.pairs[0].map(\.column) == [0, 3, 6])
    #expect(columns.pairs[0].allSatisfy { $0.target == 0.25 && $0.weight == 1 })
    #expect(columns.pairs.ownTarget(0) == 0.25 && columns.pairs.ownTarget(1) == 1)
    #expect(columns.pairs[1].isEmpty)
  }

  /// Columns for the samples of another batch are refused, not looked up beyond their end.
  @Test func columnsForOtherSamples() throws {
    let queries = try TestData.embeddings(3, 4, seed: 1)
    var bank = try QueueBank(capacity: 8, dimension: 4)
    try bank.enqueue(TestData.embeddings(5, 4, seed: 2), ids: [7, 1, 2, 3, 4])
    let columns = try bank.columns(for: [7])
    let refused = ContrastiveError.shape(
      argument: "bank", found: "columns for 1 samples", expected: "columns for the 3 of queries")
    #expect(throws: refused) {
      try ReSSL().evaluate(queries: queries, keys: queries, bank: columns)
    }
    #expect(throws: refused) {
      try SCE().evaluate(queries: queries, keys: queries, bank: columns)
    }
    #expect(throws: refused) {
      try InstDisc().evaluate(
        queries: queries, bank: columns, indices: [1, 2, 3], noise: [2, 3, 4])
    }
  }

  /// A bank without ids, and one that none of the batch is in, is every row a negative: the plain
  /// loss.
  @Test func strangersArePlainNegatives() throws {
    let queries = try TestData.embeddings(5, 8, seed: 1)
    let keys = try TestData.near(queries, noise: 0.3, seed: 2)
    var bank = try QueueBank(capacity: 700, dimension: 8)
    try bank.enqueue(TestData.embeddings(700, 8, seed: 3))
    let plain = try InfoNCE().evaluate(
      queries: queries, keys: keys, bank: bank.rows, gradients: [.queries, .keys])
    let known = try InfoNCE().evaluate(
      queries: queries, keys: keys, bank: bank.columns(for: [1, 2, 3, 4, 5]),
      gradients: [.queries, .keys])
    #expect(relativeError(known.loss, plain.loss) < 1e-14)
    for variable in [InfoNCE.Variable.queries, .keys] {
      expectClose(
        try #require(known[variable]), try #require(plain[variable]).doubles, within: 3e-7,
        "\(variable)")
    }
    #expect(
      relativeError(
        known[.temperature], plain[.temperature]) < 1e-13)
  }

  @Test func oldSlotsTakeNoPart() throws {
    var bank = try QueueBank(capacity: 6, dimension: 2)
    for step in [0, 3, 4] {
      try bank.enqueue(TestData.embeddings(2, 2, seed: UInt64(step)), step: step)
    }
    #expect(try bank.columns(for: []).excluded == [])
    #expect(try bank.columns(for: [], olderThan: 1).excluded == [0, 1])
    #expect(try bank.columns(for: [], olderThan: 0).excluded == [0, 1, 2, 3])
    #expect(try bank.columns(for: [], olderThan: 2, at: 6).excluded == [0, 1, 2, 3])
    #expect(throws: ContrastiveError.bankNotFilled(argument: "bank")) {
      try bank.columns(for: [], olderThan: 2, at: 7)
    }
    #expect(
      throws: ContrastiveError.parameter(name: "age", found: "-1", expected: "0 or more")
    ) { try bank.columns(for: [], olderThan: -1) }
    let rows = try TestData.embeddings(3, 2, seed: 9)
    let found = try InfoNCE().evaluate(
      queries: rows, keys: rows, bank: bank.columns(for: [0, 1, 2], olderThan: 1))
    let expected = try InfoNCE().evaluate(queries: rows, keys: rows, bank: bank.rows.rows(2..<6))
    #expect(relativeError(found.loss, expected.loss) < 1e-6)
  }

  /// The per-sample bank holds every sample of the batch: each is excluded for its own query alone.
  @Test func samplesOfTheBatchAreLeftOut() throws {
    var bank = try SampleBank(samples: 6, dimension: 3)
    try bank.update(TestData.embeddings(4, 3, seed: 1), ids: [5, 0, 2, 3])
    let columns = try bank.columns(for: [2, 4, 5])
    #expect(columns.excluded == [1, 4])
    #expect(
      columns.pairs.pairs == [.init(row: 0, column: 2), .init(row: 2, column: 5)])
  }

  @Test func emptyBanksHaveNoColumns() throws {
    let queue = try QueueBank(capacity: 3, dimension: 2)
    let samples = try SampleBank(samples: 3, dimension: 2)
    #expect(throws: ContrastiveError.bankNotFilled(argument: "bank")) {
      try queue.columns(for: [0])
    }
    #expect(throws: ContrastiveError.bankNotFilled(argument: "bank")) {
      try samples.columns(for: [0])
    }
  }
}
