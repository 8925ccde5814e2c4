import Contrastive
import Testing
import _TestSupport

/// What banks refuse: bad batches, and states that no bank has.
@Suite struct BankStateTests {
  private func slots(
    _ values: [Float] = [1, 0, 0, 1, 0, 0], ids: [Int] = [4, 5, -1], labels: [Int] = [0, -1, -1],
    steps: [Int] = [0, 1, -1]
  ) throws(ContrastiveError) -> BankSlots {
    try BankSlots(dimension: 2, elements: .single(values), ids: ids, labels: labels, steps: steps)
  }

  @Test func aStateMakesTheBankAgain() throws {
    let bank = try QueueBank(slots: slots(), nextSlot: 2, lastStep: 1)
    #expect(bank.count == 2 && bank.capacity == 3 && bank.oldestFirst == [0, 1])
    #expect(bank.rows == (try Matrix(rows: 2, columns: 2, values: [1, 0, 0, 1])))
    let samples = try SampleBank(slots: slots(ids: [0, 1, -1]), momentum: 0.5, lastStep: 9)
    #expect(samples.count == 2 && samples.holds(1) && !samples.holds(2))
  }

  @Test func refusesBadSlots() {
    #expect(throws: ContrastiveError.shape(argument: "elements", found: "[2]", expected: "[3 × 2]"))
    { try slots([1, 0]) }
    #expect(throws: ContrastiveError.shape(argument: "ids", found: "[1]", expected: "[3]")) {
      try slots(ids: [1])
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "labels", position: 1, found: "-2", expected: "-1 or more")
    ) { try slots(labels: [0, -2, 0]) }
    #expect(
      throws: ContrastiveError.index(
        argument: "elements", position: 1, found: "a row of norm 2.0", expected: "norm 1")
    ) { try slots([1, 0, 0, 2, 0, 0]) }
    #expect(
      throws: ContrastiveError.index(
        argument: "elements", position: 2, found: "a row of norm 1.0",
        expected: "zeros in a slot that was never written")
    ) { try slots([1, 0, 0, 1, 0, 1]) }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "elements", row: 0, column: 1, found: "nan")
    ) { try slots([1, .nan, 0, 1, 0, 0]) }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "elements", row: 0, column: 0, found: "inf")
    ) {
      try BankSlots(
        dimension: 1, elements: .half([0x7c00]), ids: [0], labels: [0], steps: [0])
    }
  }

  @Test func refusesStatesThatNoQueueHas() throws {
    let good = try slots()
    #expect(
      throws: ContrastiveError.index(
        argument: "nextSlot", position: 0, found: "1", expected: "2..<3")
    ) {
      try QueueBank(slots: good, nextSlot: 1, lastStep: 1)
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "steps", position: 1, found: "1", expected: "0 … 0, in the order of writing")
    ) {
      try QueueBank(slots: good, nextSlot: 2, lastStep: 0)
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "steps", position: 1, found: "1", expected: "2 … 2, in the order of writing")
    ) {
      try QueueBank(slots: slots(steps: [2, 1, -1]), nextSlot: 2, lastStep: 2)
    }
    let hole = try slots([1, 0, 0, 0, 0, 1], steps: [0, -1, 1])
    #expect(
      throws: ContrastiveError.index(
        argument: "steps", position: 2, found: "a row after an empty slot",
        expected: "none, since slot 1 is empty")
    ) {
      try QueueBank(slots: hole, nextSlot: 1, lastStep: 1)
    }
    let empty = try slots([0, 0, 0, 0, 0, 0], steps: [-1, -1, -1])
    #expect(
      throws: ContrastiveError.index(
        argument: "lastStep", position: 0, found: "-2", expected: "-1 or more")
    ) {
      try QueueBank(slots: empty, nextSlot: 0, lastStep: -2)
    }
    #expect(
      throws: ContrastiveError.index(argument: "ids", position: 0, found: "4", expected: "0")
    ) { try SampleBank(slots: good, momentum: 0.5, lastStep: 1) }
    #expect(
      throws: ContrastiveError.index(
        argument: "steps", position: 1, found: "1", expected: "at most 0")
    ) {
      try SampleBank(slots: slots(ids: [0, 1, -1]), momentum: 0.5, lastStep: 0)
    }
  }

  @Test func aBadUpdateChangesNothing() throws {
    var bank = try SampleBank(samples: 3, dimension: 2)
    try bank.update(
      Matrix(rows: 2, columns: 2, values: [1, 0, 0, 2]), ids: [0, 2], labels: [3, 4])
    let before = bank
    #expect(
      throws: ContrastiveError.index(
        argument: "ids", position: 0, found: "3", expected: "0 ..< 3")
    ) { try bank.update(Matrix(rows: 1, columns: 2, values: [1, 1]), ids: [3]) }
    // The second row cancels what is there.
    #expect(throws: ContrastiveError.zeroNorm(argument: "embeddings", row: 1)) {
      try bank.update(Matrix(rows: 2, columns: 2, values: [1, 1, 0, -3]), ids: [0, 2])
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "step", found: "-1", expected: "0 or more, the last one")
    ) { try bank.update(Matrix(rows: 1, columns: 2, values: [1, 1]), ids: [1], step: -1) }
    #expect(
      throws: ContrastiveError.index(
        argument: "labels", position: 0, found: "-2", expected: "-1 or more")
    ) { try bank.update(Matrix(rows: 1, columns: 2, values: [1, 1]), ids: [1], labels: [-2]) }
    #expect(bank == before)
    try bank.update(Matrix(rows: 1, columns: 2, values: [1, 1]), ids: [0], labels: [-1])
    #expect(bank.slots.labels[0] == -1)
    #expect(
      throws: ContrastiveError.parameter(name: "momentum", found: "1.0", expected: "0 ..< 1")
    ) { try SampleBank(samples: 1, dimension: 1, momentum: 1) }
    #expect(
      throws: ContrastiveError.parameter(name: "samples", found: "0", expected: "at least 1")
    ) { try SampleBank(samples: 0, dimension: 1) }
  }

  /// Two copies go their own ways.
  @Test func banksAreValues() throws {
    var first = try SampleBank(samples: 2, dimension: 1)
    try first.update(Matrix(rows: 1, columns: 1, values: [3]), ids: [0])
    let copy = first
    try first.update(Matrix(rows: 1, columns: 1, values: [-1]), ids: [1])
    #expect(copy.count == 1 && first.count == 2)
    #expect(Array(first.rows.values) == [1, -1])
    #expect(Array(copy.rows.values) == [1, 0])
  }

  /// Half the memory for a similarity that is off by at most 2⁻¹¹ + √D · 2⁻²⁵.
  ///
  /// Worst seen: 3.0e-4 for a similarity (8.5e-5 at dimension 128), 1.3e-5 relative for the loss,
  /// 3.0e-4 of the largest element for the gradient.
  @Test(arguments: [8, 128]) func halfPrecisionIsCloseEnough(_ dimension: Int) throws {
    var single = try QueueBank(capacity: 3000, dimension: dimension)
    var half = try QueueBank(capacity: 3000, dimension: dimension, precision: .half)
    let rows = try TestData.embeddings(3000, dimension, seed: 1)
    try single.enqueue(rows)
    try half.enqueue(rows)
    let queries = try TestData.embeddings(32, dimension, seed: 2)
    var worst = 0.0
    for row in 0..<32 {
      for slot in 0..<3000 {
        let query = queries.row(row).map(Double.init)
        worst = max(
          worst,
          abs(
            dot(query, single.slots.embedding(slot)) - dot(query, half.slots.embedding(slot))))
      }
    }
    #expect(worst < 0x1p-11 + Double(dimension).squareRoot() * 0x1p-25)
    let keys = try TestData.near(queries, noise: 0.5, seed: 3)
    let ids = Array(repeating: 0, count: 32)
    let expected = try InfoNCE().evaluate(
      queries: queries, keys: keys, bank: single.columns(for: ids))
    let found = try InfoNCE().evaluate(
      queries: queries, keys: keys, bank: half.columns(for: ids))
    #expect(relativeError(found.loss, expected.loss) < 1e-4)
    let gradient = try #require(expected[.queries])
    #expect(worstError(try #require(found[.queries]), gradient.doubles) < 2e-3)
  }

  /// With every choice of negatives at once a bank in half precision is what its rows are.
  @Test func halfPrecisionWithEveryChoice() throws {
    var half = try QueueBank(capacity: 700, dimension: 16, precision: .half)
    try half.enqueue(TestData.embeddings(700, 16, seed: 1))
    let queries = try TestData.embeddings(32, 16, seed: 2)
    let keys = try TestData.near(queries, noise: 0.5, seed: 3)
    let search = try FalseNegativeTreatment(FalseNegatives(topK: 3, threshold: nil), mode: .exclude)
    let weights = try HardNegativeWeights(beta: 1, tauPlus: 0.1)
    for negatives in try [
      Negatives(
        falseNegatives: search, ring: Ring(outer: 0.9, inner: 0.1),
        mixing: .drawn(HardNegativeMixing(hardest: 50, pairs: 8, queryPairs: 4)),
        hardness: weights),
      Negatives(ring: Ring(sample: .drawn(count: 9)), hardness: weights),
    ] {
      let objective = try InfoNCE(negatives: negatives)
      let found = try objective.evaluate(
        queries: queries, keys: keys,
        bank: half.columns(for: [Int](repeating: 0, count: 32), own: .keep))
      let expected = try objective.evaluate(queries: queries, keys: keys, bank: half.rows)
      #expect(found.loss == expected.loss)
      #expect(found[.queries] == expected[.queries])
    }
  }

  private func dot(_ a: [Double], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
}
