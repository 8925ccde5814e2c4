import Contrastive
import Testing
import _Reference
import _TestSupport

/// InfoNCE with weights and targets of single pairs, against its definition in Double.
@Suite struct PairTermsTests {
  /// Weights and targets of every kind, about `perRow` pairs a row.
  private func terms(
    _ rows: Int, _ columns: Int, perRow: Int, inBatch: Bool, seed: UInt64
  ) throws -> (terms: PairTerms, weights: Rows, targets: Rows) {
    var random = CounterRandom(seed: seed, stream: UInt64(rows * 7919 + columns))
    var pairs: [PairTerms.Pair] = []
    for row in 0..<rows {
      let chosen = random.permutation(columns).prefix(min(perRow, columns))
      for column in chosen where !(inBatch && column == row) {
        switch random.index(below: 4) {
        case 0: pairs.append(.init(row: row, column: column))
        case 1:
          pairs.append(.init(row: row, column: column, weight: Double(random.uniform(0, 2))))
        case 2:
          pairs.append(
            .init(row: row, column: column, weight: 1, target: 0.9 / Double(perRow)))
        default:
          pairs.append(
            .init(
              row: row, column: column, weight: Double(random.uniform(0.1, 1)),
              target: 0.5 / Double(perRow)))
        }
      }
    }
    var weights = Rows(repeating: [Double](repeating: 1, count: columns), count: rows)
    var targets = zeros(rows, columns)
    for pair in pairs {
      weights[pair.row][pair.column] = pair.weight
      targets[pair.row][pair.column] = pair.target
    }
    return (try PairTerms(rows: rows, columns: columns, pairs: pairs), weights, targets)
  }

  /// Worst errors seen, over max(1, 0.05/temperature): loss 1.0e-8, gradients 3.3e-7, slope 6.5e-7.
  @Test(
    arguments: [(1, 1, 2), (3, 2, 5), (7, 31, 16), (33, 513, 8), (260, 40, 3)],
    [1, 0.2, 0.07, 0.005])
  func agreesWithTheDefinition(_ shape: (Int, Int, Int), _ temperature: Double) throws {
    let (rows, columns, dimension) = shape
    let queries = try TestData.embeddings(rows, dimension, seed: 1)
    let keys = try TestData.near(queries, noise: 0.4, seed: 2)
    let bank = try TestData.embeddings(columns, dimension, seed: 3)
    let slots = try bankOf(bank)
    let drawn = try terms(rows, columns, perRow: 6, inBatch: false, seed: 4)
    let found = try InfoNCE(
      temperature: temperature, negatives: Negatives(pairs: drawn.terms)
    ).evaluate(queries: queries, keys: keys, bank: slots, gradients: [.queries, .keys])
    let expected = referencePairedInfoNCE(
      queries: queries.doubles, keys: keys.doubles, columns: bank.doubles,
      weights: drawn.weights, targets: drawn.targets, temperature: temperature)
    try compare(found, expected, temperature)
  }

  @Test(arguments: [(2, 3), (17, 5), (300, 8)], [1, 0.1, 0.005])
  func agreesWithTheDefinitionInTheBatch(_ shape: (Int, Int), _ temperature: Double) throws {
    let (rows, dimension) = shape
    let queries = try TestData.embeddings(rows, dimension, seed: 5)
    let keys = try TestData.near(queries, noise: 0.4, seed: 6)
    let drawn = try terms(rows, rows, perRow: 5, inBatch: true, seed: 7)
    let found = try InfoNCE(
      temperature: temperature, negatives: Negatives(pairs: drawn.terms)
    ).evaluate(queries: queries, keys: keys, gradients: [.queries, .keys])
    let expected = referencePairedInfoNCE(
      queries: queries.doubles, keys: keys.doubles, columns: nil, weights: drawn.weights,
      targets: drawn.targets, temperature: temperature)
    try compare(found, expected, temperature)
  }

  private func bankOf(_ rows: Matrix) throws -> QueueBank {
    var bank = try QueueBank(capacity: rows.rows, dimension: rows.columns)
    try bank.enqueue(rows)
    return bank
  }

  private func compare(
    _ found: Evaluation<InfoNCE>, _ expected: ReferenceResult, _ temperature: Double
  ) throws {
    let slack = max(1, 0.05 / temperature)
    #expect(abs(found.loss - expected.loss) < 2e-5 * slack * max(abs(expected.loss), 1e-3))
    for variable in [InfoNCE.Variable.queries, .keys] {
      let gradient = try #require(found[variable])
      let rows = try #require(expected.gradients[variable.rawValue])
      // Where the definition's own terms cancel, it is right to 1e-13 only.
      let magnitude = max(1e-9, rows.flatMap { $0 }.map(abs).max() ?? 0)
      #expect(gradient.rows == rows.count && gradient.values.count == rows.joined().count)
      let errors = zip(gradient.values, rows.joined()).map { abs(Double($0) - $1) }
      #expect((errors.max() ?? 1) < 1e-4 * slack * magnitude, "\(variable)")
    }
    let slope = try #require(expected.temperatureGradient)
    #expect(
      abs(found[.temperature] - slope) < 1e-4 * slack * max(abs(slope), 1e-2))
  }

  /// The definition itself, by central differences.
  @Test func theDefinitionIsDifferentiatedRightly() throws {
    let drawn = try terms(3, 4, perRow: 3, inBatch: false, seed: 8)
    var queries = try TestData.embeddings(3, 5, seed: 1).doubles
    let keys = try TestData.embeddings(3, 5, seed: 2).doubles
    let bank = try TestData.embeddings(4, 5, seed: 3).doubles
    func value(_ queries: Rows, _ keys: Rows, _ temperature: Double) -> ReferenceResult {
      referencePairedInfoNCE(
        queries: queries, keys: keys, columns: bank, weights: drawn.weights,
        targets: drawn.targets, temperature: temperature)
    }
    let whole = value(queries, keys, 0.3)
    let step = 1e-5
    for row in 0..<3 {
      for d in 0..<5 {
        let kept = queries[row][d]
        queries[row][d] = kept + step
        let above = value(queries, keys, 0.3).loss
        queries[row][d] = kept - step
        let below = value(queries, keys, 0.3).loss
        queries[row][d] = kept
        let expected = whole.gradients["queries"]?[row][d] ?? .nan
        #expect(abs((above - below) / (2 * step) - expected) < 1e-8)
      }
    }
    let slope =
      (value(queries, keys, 0.3 + step).loss - value(queries, keys, 0.3 - step).loss) / (2 * step)
    #expect(abs(slope - (whole.temperatureGradient ?? .nan)) < 1e-7)
  }

  @Test func sameBitsForAnyThreads() throws {
    let queries = try TestData.embeddings(300, 16, seed: 1)
    let keys = try TestData.embeddings(300, 16, seed: 2)
    let drawn = try terms(300, 300, perRow: 9, inBatch: true, seed: 3)
    let objective = try InfoNCE(negatives: Negatives(pairs: drawn.terms))
    let one = try objective.evaluate(
      queries: queries, keys: keys, gradients: [.queries, .keys], workers: Workers(count: 1))
    for count in [2, 3, 4, 7] {
      let other = try objective.evaluate(
        queries: queries, keys: keys, gradients: [.queries, .keys],
        workers: Workers(count: count))
      #expect(other.loss == one.loss && other.gradients == one.gradients)
    }
  }

  /// What each policy makes of two suspects of confidence 0.75 and 0.25.
  @Test func policies() throws {
    let suspects = [
      PairTerms.Suspect(row: 1, column: 2, confidence: 0.75),
      PairTerms.Suspect(row: 1, column: 0, confidence: 0.25),
    ]
    func pairs(_ policy: FalseNegativePolicy) throws -> [PairTerms.Pair] {
      try PairTerms(rows: 2, columns: 4, suspects: suspects, policy: policy).pairs
    }
    #expect(try pairs(.exclude) == [.init(row: 1, column: 0), .init(row: 1, column: 2)])
    #expect(
      try pairs(.attract) == [
        .init(row: 1, column: 0, weight: 1, target: 1 / 3.0),
        .init(row: 1, column: 2, weight: 1, target: 1 / 3.0),
      ])
    #expect(
      try pairs(.soften(share: 0.4)) == [
        .init(row: 1, column: 0, weight: 1, target: 0.1),
        .init(row: 1, column: 2, weight: 1, target: 0.4 * 0.75),
      ])
    #expect(
      try pairs(.reweight) == [
        .init(row: 1, column: 0, weight: 0.75), .init(row: 1, column: 2, weight: 0.25),
      ])
    let both = try PairTerms(
      rows: 2, columns: 4, suspects: suspects, policy: .soften(share: 0.4), own: [(1, 3)],
      attractsOwn: true)
    #expect(both[1].last == .init(row: 1, column: 3, weight: 1, target: 0.3))
    #expect(abs(both.ownTarget(1) - 0.3) < 1e-12)
  }

  /// The suspects of samples, at the places they have in a batch and a bank.
  @Test func suspectsAreFoundWhereTheirSamplesAre() throws {
    let suspected = try SuspectedPairs(
      samples: 10,
      pairs: [
        .init(sample: 3, other: 9, confidence: 0.5), .init(sample: 3, other: 1, confidence: 1),
        .init(sample: 4, other: 3, confidence: 0.25),
      ])
    #expect(
      suspected.among(rows: [4, 3, 2], columns: [9, -1, 1, 9, 5]) == [
        .init(row: 1, column: 2, confidence: 1), .init(row: 1, column: 0, confidence: 0.5),
        .init(row: 1, column: 3, confidence: 0.5),
      ])
    var bank = try QueueBank(capacity: 4, dimension: 2)
    try bank.enqueue(TestData.embeddings(4, 2, seed: 1), ids: [9, 3, 1, 9], step: 5)
    let columns = try bank.columns(for: [3, 4], suspects: suspected, policy: .reweight)
    #expect(
      columns.pairs.pairs == [
        .init(row: 0, column: 0, weight: 0.5), .init(row: 0, column: 1),
        .init(row: 0, column: 2, weight: 0), .init(row: 0, column: 3, weight: 0.5),
        .init(row: 1, column: 1, weight: 0.75),
      ])
  }

  static let badPairs: [(pairs: [PairTerms.Pair], position: Int, found: String, wanted: String)] = [
    ([.init(row: 2, column: 0)], 0, "row 2, column 0", "0 ..< 2, 0 ..< 3"),
    ([.init(row: 0, column: 3)], 0, "row 0, column 3", "0 ..< 2, 0 ..< 3"),
    ([.init(row: 0, column: -1)], 0, "row 0, column -1", "0 ..< 2, 0 ..< 3"),
    (
      [.init(row: 0, column: 0), .init(row: 0, column: 0, weight: 1)], 1, "row 0, column 0 again",
      "each pair once"
    ),
    (
      [.init(row: 1, column: 1), .init(row: 0, column: 0), .init(row: 1, column: 1)], 2,
      "row 1, column 1 again", "each pair once"
    ),
    ([.init(row: 0, column: 0, weight: -1)], 0, "weight -1.0", "0 or more"),
    ([.init(row: 0, column: 0, weight: .nan)], 0, "weight nan", "0 or more"),
    (
      [.init(row: 0, column: 0, weight: 1, target: 1.5)], 0, "target 1.5 at weight 1.0",
      "0 … 1, and 0 at weight 0"
    ),
    (
      [.init(row: 0, column: 0, weight: 0, target: 0.5)], 0, "target 0.5 at weight 0.0",
      "0 … 1, and 0 at weight 0"
    ),
    (
      [
        .init(row: 0, column: 0, weight: 1, target: 0.6),
        .init(row: 0, column: 1, weight: 1, target: 0.6),
      ], 1, "targets of row 0 that sum to 1.2", "at most 1"
    ),
  ]

  @Test(arguments: badPairs) func refusesBadPairs(
    _ pairs: [PairTerms.Pair], _ position: Int, _ found: String, _ wanted: String
  ) {
    #expect(
      throws: ContrastiveError.index(
        argument: "pairs", position: position, found: found, expected: wanted)
    ) { try PairTerms(rows: 2, columns: 3, pairs: pairs) }
  }

  @Test func refusesBadInput() throws {
    let rows = try TestData.embeddings(3, 2, seed: 1)
    func evaluate(_ pairs: PairTerms) throws {
      _ = try InfoNCE(negatives: Negatives(pairs: pairs)).evaluate(queries: rows, keys: rows)
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "pairs", position: 0, found: "row 1, column 1",
        expected: "a negative of the row")
    ) { try evaluate(PairTerms(rows: 3, columns: 3, pairs: [.init(row: 1, column: 1)])) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "pairs", found: "[2 × 3]", expected: "[3 × 3]")
    ) { try evaluate(PairTerms(rows: 2, columns: 3)) }
    #expect(
      throws: ContrastiveError.parameter(name: "share", found: "1.0", expected: "0 ..< 1")
    ) { try PairTerms(rows: 1, columns: 1, suspects: [], policy: .soften(share: 1)) }
    #expect(
      throws: ContrastiveError.index(
        argument: "pairs", position: 0, found: "1, 1 of confidence 1.0",
        expected: "two samples below 2, 0 … 1")
    ) {
      try SuspectedPairs(samples: 2, pairs: [.init(sample: 1, other: 1, confidence: 1)])
    }
  }
}
