import Contrastive
import Testing
import _Reference
import _TestSupport

/// Shares of the target are used as stated: log Σ − Σ t·u of each row.
@Suite struct PairShareTests {
  private func identity(_ size: Int) throws -> Matrix {
    try Matrix(
      rows: size, columns: size,
      values: (0..<(size * size)).map { $0 % (size + 1) == 0 ? 1 : 0 })
  }

  private func attracted(
    _ size: Int, to columns: [Int], _ share: Float
  ) throws -> PairTerms {
    try PairTerms(
      rows: size, columns: size,
      pairs: columns.map { .init(row: 0, column: $0, weight: 1, target: Double(share)) })
  }

  /// Equal shares of n columns in Float32 may sum to an ulp more than 1.
  ///
  /// With I as queries and keys, row 0 has logits 1 and n zeros, all of its target at the zeros.
  @Test(arguments: [3, 5, 6, 7, 9, 10]) func sharesInFloat32(_ count: Int) throws {
    let rows = try identity(count + 1)
    let terms = try attracted(count + 1, to: Array(1...count), 1 / Float(count))
    let found = try InfoNCE(temperature: 1, negatives: Negatives(pairs: terms)).evaluate(
      queries: rows, keys: rows)
    let total = logSumExp([1] + [Double](repeating: 0, count: count))
    let losses = try #require(found.losses)
    expectClose(losses, [total] + rows.doubles.dropFirst().map { _ in total - 1 }, within: 1e-6)
    if count == 3 { #expect(abs(found.loss - 0.9936684) < 1e-6) }
  }

  @Test func sharesThatSumToMoreAreRefused() throws {
    let error = ContrastiveError.index(
      argument: "pairs", position: 2, found: "targets of row 0 that sum to 1.0000011026859283",
      expected: "at most 1")
    #expect(throws: error) { try attracted(4, to: [1, 2, 3], 1 / 3 + 0x1.8p-22) }
  }

  /// An anchor without a positive by label has the shares stated, and no more.
  @Test(arguments: [(Float(0.5), 0.2458293), (0.1, 0.3258293)])
  func sharesWithoutAPositiveByLabel(_ share: Float, _ expected: Double) throws {
    let rows = try Matrix(rows: 3, columns: 2, values: [1, 0, 0.6, 0.8, 0, 1])
    let found = try SupCon(
      temperature: 1, negatives: Negatives(pairs: attracted(3, to: [1, 2], share))
    ).evaluate(embeddings: rows, labels: [0, 1, 2])
    #expect(abs(found.loss - expected) < 1e-6)
  }

  /// A policy is applied in each direction by itself: suspects of a query, not its shares, become
  /// those of a key.
  @Test(arguments: [FalseNegativePolicy.attract, .soften(share: 0.4), .reweight, .exclude])
  func policiesGoBothWays(_ policy: FalseNegativePolicy) throws {
    let queries = try TestData.embeddings(4, 6, seed: 1)
    let keys = try TestData.near(queries, noise: 0.6, seed: 2)
    for suspects in [[(0, 2), (1, 2)], [(0, 2), (1, 2), (3, 2)]] {
      func terms(_ pairs: [(Int, Int)]) throws -> PairTerms {
        try PairTerms(
          rows: 4, columns: 4,
          suspects: pairs.map { .init(row: $0.0, column: $0.1, confidence: 0.75) }, policy: policy)
      }
      func definition(_ anchors: Matrix, _ others: Matrix, _ terms: PairTerms) -> ReferenceResult {
        var (weights, targets) = (zeros(4, 4).map { $0.map { _ in 1.0 } }, zeros(4, 4))
        for pair in terms.pairs {
          weights[pair.row][pair.column] = pair.weight
          targets[pair.row][pair.column] = pair.target
        }
        return referencePairedInfoNCE(
          queries: anchors.doubles, keys: others.doubles, columns: nil, weights: weights,
          targets: targets, temperature: 0.5)
      }
      let found = try InfoNCE(
        temperature: 0.5, symmetric: true, negatives: Negatives(pairs: terms(suspects))
      ).evaluate(queries: queries, keys: keys, gradients: [.queries, .keys])
      let ahead = definition(queries, keys, try terms(suspects))
      let back = definition(keys, queries, try terms(suspects.map { ($0.1, $0.0) }))
      #expect(relativeError(found.loss, (ahead.loss + back.loss) / 2) < 1e-6)
      for (variable, there, here) in [
        (InfoNCE.Variable.queries, "queries", "keys"), (.keys, "keys", "queries"),
      ] {
        let (one, other) = (
          try #require(ahead.gradients[there]), try #require(back.gradients[here])
        )
        let mean = zip(one, other).map { zip($0, $1).map { ($0 + $1) / 2 } }
        expectClose(try #require(found[variable]), mean, within: 2e-6, "\(variable)")
      }
    }
  }
}
