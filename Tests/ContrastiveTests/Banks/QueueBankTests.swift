import Contrastive
import Testing
import _TestSupport

/// The queue bank against a plain array that does the same by definition.
@Suite struct QueueBankTests {
  /// Any batch size, capacity not a multiple of it, batches larger than the capacity.
  @Test(arguments: [1, 2, 5, 7, 16]) func behavesLikeAnArray(_ capacity: Int) throws {
    var bank = try QueueBank(capacity: capacity, dimension: 3)
    var model: [[Float]] = []
    var random = CounterRandom(seed: 3, stream: UInt64(capacity))
    for step in 0..<300 {
      let batch = try TestData.matrix(
        random.index(below: 2 * capacity + 2), 3, seed: UInt64(step))
      try bank.enqueue(batch)
      let unit = try batch.normalized().rows
      model.append(contentsOf: (0..<unit.rows).map { Array(unit.row($0)) })
      model.removeFirst(max(0, model.count - capacity))
      #expect(bank.count == model.count)
      #expect(bank.oldestFirst.map { Array(bank.rows.row($0)) } == model)
    }
  }

  @Test func aBadBatchChangesNothing() throws {
    var bank = try QueueBank(capacity: 4, dimension: 2)
    try bank.enqueue(Matrix(rows: 1, columns: 2, values: [3, 4]))
    let before = bank.rows
    #expect(throws: ContrastiveError.zeroNorm(argument: "embeddings", row: 1)) {
      try bank.enqueue(Matrix(rows: 2, columns: 2, values: [1, 0, 0, 0]))
    }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "embeddings", row: 0, column: 1, found: "nan")
    ) { try bank.enqueue(Matrix(rows: 1, columns: 2, values: [1, .nan])) }
    #expect(
      throws: ContrastiveError.shape(argument: "embeddings", found: "[1 × 3]", expected: "[1 × 2]")
    ) { try bank.enqueue(Matrix(zeros: 1, by: 3)) }
    #expect(bank.rows == before)
    #expect(Array(before.row(0)) == [0.6, 0.8])
  }

  @Test func aSnapshotDoesNotChange() throws {
    var bank = try QueueBank(capacity: 2, dimension: 1)
    try bank.enqueue(Matrix(rows: 2, columns: 1, values: [1, 1]))
    let snapshot = bank.rows
    try bank.enqueue(Matrix(rows: 1, columns: 1, values: [-2]))
    #expect(Array(snapshot.values) == [1, 1])
    #expect(Array(bank.rows.values) == [-1, 1])
  }

  @Test func refusesImpossibleSizes() {
    #expect(
      throws: ContrastiveError.parameter(name: "capacity", found: "0", expected: "at least 1")
    ) { try QueueBank(capacity: 0, dimension: 3) }
    #expect(
      throws: ContrastiveError.parameter(name: "dimension", found: "0", expected: "at least 1")
    ) { try QueueBank(capacity: 3, dimension: 0) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "capacity", found: "9223372036854775807 rows of 3",
        expected: "a bank that fits in memory")
    ) { try QueueBank(capacity: .max, dimension: 3) }
  }
}
