import Contrastive
import Testing
import _TestSupport

/// Objectives that are one another.
@Suite struct PrototypeIdentityTests {
  let queries: Matrix
  let keys: Matrix
  let bank: Matrix
  let plain: Evaluation<InfoNCE>

  init() throws {
    queries = try TestData.embeddings(300, 24, seed: 1)
    keys = try TestData.near(queries, noise: 0.8, seed: 2)
    bank = try TestData.embeddings(777, 24, seed: 3)
    plain = try InfoNCE(temperature: 0.2).evaluate(queries: queries, keys: keys, bank: bank)
  }

  private func expectPlain(_ found: Evaluation<some Objective>) {
    #expect(found.loss == plain.loss)
    #expect(found.gradients.values.first == plain[.queries])
  }

  @Test func protoNCEWithoutPrototypesIsInfoNCE() throws {
    expectPlain(
      try ProtoNCE().evaluate(queries: queries, keys: keys, bank: bank, clusterings: []))
  }

  @Test func moCHiWithoutMixesIsInfoNCE() throws {
    expectPlain(
      try MoCHi().evaluate(
        queries: queries, keys: keys, bank: bank, mixes: .none(queries: queries.rows)))
  }

  /// A mix is a unit vector however short its rows are, down to the least numbers of Float32.
  @Test func moCHiMixesRowsOfAnyLength() throws {
    let queries = try Matrix([[0.6, 0.8, 0, 0], [0, 0.6, 0, 0.8], [0, 0, 0, 0]])
    let mixes = try NegativeMixes(
      pairs: [0, 1, 2, 3, 4, 5], pairWeights: Matrix([[0.3], [0.6], [0.5]]),
      queryPairs: [6, 7, 8], queryWeights: Matrix([[0.25], [0.4], [0.1]]))
    func gradient(_ exponent: Int) throws -> [Float] {
      let bank = try Matrix(
        (0..<9).map { row in
          (0..<4).map {
            Float(sign: .plus, exponent: exponent, significand: Float((row * 37 + $0 * 101) % 64))
          }
        })
      let found = try MoCHi(temperature: 0.1).evaluate(
        queries: queries, keys: queries, bank: bank, mixes: mixes, gradients: [.queries])
      return Array(try #require(found[.queries]).values)
    }
    let usual = try gradient(-60)
    for exponent in [-120, -135, -148] {
      for (a, b) in zip(try gradient(exponent), usual) { #expect(abs(a - b) < 1e-6) }
    }
  }

  @Test func looCInOneSpaceIsInfoNCE() throws {
    expectPlain(try LooC().evaluate(queries: queries, keys: keys, banks: [bank]))
  }

  /// Worst seen: 0 of the loss, 6e-8 of the largest gradient.
  @Test func byolIsFourPlusFourSimSiam() throws {
    let others = try (
      TestData.near(queries, noise: 1, seed: 4), TestData.near(keys, noise: 1, seed: 5)
    )
    let byol = try BYOL().evaluate(
      predictions1: queries, predictions2: keys, projections1: others.0, projections2: others.1)
    let simSiam = try SimSiam().evaluate(
      predictions1: queries, predictions2: keys, projections1: others.0, projections2: others.1)
    #expect(abs(byol.loss - (4 + 4 * simSiam.loss)) < 1e-12)
    for variable in PredictionVariable.allCases {
      let (large, small) = (try #require(byol[variable]), try #require(simSiam[variable]))
      for (a, b) in zip(large.values, small.values) { #expect(abs(a - 4 * b) < 1e-9) }
    }
  }

  /// Where prediction and target agree to 1e-7 the value keeps its digits; 2 − 2cos would be 0.
  @Test func byolKeepsItsDigitsNearZero() throws {
    let near = try Matrix(rows: 1, columns: 2, values: [1, 1e-9])
    let axis = try Matrix(rows: 1, columns: 2, values: [1, 0])
    let found = try BYOL().evaluate(
      predictions1: near, predictions2: axis, projections1: axis, projections2: axis)
    #expect(abs(found.loss / 1e-18 - 1) < 1e-6)
  }

  /// A duplicate of a row's own prototype is no negative, and says so.
  @Test func duplicatesAreCounted() throws {
    let targets = try PrototypeTargets(
      centroids: bank.rows(0..<3), concentrations: [0.2, 0.2, 0.2],
      assignments: (0..<300).map { $0 % 2 }, negatives: [2, 1])
    let masked = try ProtoNCE().evaluate(
      queries: queries, keys: keys, bank: bank, clusterings: [targets])
    #expect(masked.details.excluded == 300 * 149 + 150)
    let kept = try ProtoNCE(masksDuplicates: false).evaluate(
      queries: queries, keys: keys, bank: bank, clusterings: [targets])
    #expect(kept.details.excluded == nil)
    #expect(kept.loss > masked.loss + 0.5)
  }

  /// Every mask 0: the terms are 0 with `exclude`, and count with `zero`.
  @Test func hcscThatSelectsNothing() throws {
    let targets = try PrototypeTargets(
      centroids: bank.rows(0..<3), concentrations: [0.2, 0.2, 0.2],
      assignments: (0..<300).map { $0 % 2 }, negatives: [])
    let nothing = try SelectionMask(
      rows: 300, columns: 777, values: [UInt8](repeating: 0, count: 300 * 777))
    let level = HCSC.Level(targets: targets, instances: nothing)
    let excluded = try HCSC().evaluate(queries: queries, keys: keys, bank: bank, levels: [level])
    #expect(excluded.loss == 0)
    #expect(excluded[.queries] == Matrix(zeros: 300, by: 24))
    #expect(excluded.details.excluded == 300 * 777)
    let zero = try HCSC(unselected: .zero).evaluate(
      queries: queries, keys: keys, bank: bank, levels: [level])
    #expect(zero.loss > 1)
  }

  /// A bank's empty slots are no negatives of similarity 0: the loss is that of the rows it has.
  @Test(arguments: [HCSC.Unselected.exclude, .zero])
  func hcscOfABankWithEmptySlots(_ unselected: HCSC.Unselected) throws {
    let (rows, samples, written) = (20, 30, 17)
    let queries = try TestData.embeddings(rows, 8, seed: 41)
    let keys = try TestData.near(queries, noise: 0.4, seed: 42)
    var slots = try SampleBank(samples: samples, dimension: 8)
    let known = try TestData.embeddings(written, 8, seed: 43)
    try slots.update(known, ids: (0..<written).map { $0 + 5 })
    let targets = try PrototypeTargets(
      centroids: known.rows(0..<3), concentrations: [0.2, 0.2, 0.2],
      assignments: (0..<rows).map { $0 % 2 }, negatives: [])
    func loss(_ bank: any Bank, _ columns: Range<Int>) throws -> Evaluation<HCSC> {
      let mask = try SelectionMask(
        rows: rows, columns: columns.count,
        values: (0..<rows).flatMap { row in columns.map { UInt8((row + $0) % 3 / 2) } })
      return try HCSC(unselected: unselected).evaluate(
        queries: queries, keys: keys, bank: bank,
        levels: [HCSC.Level(targets: targets, instances: mask)])
    }
    let found = try loss(slots.columns(for: [Int](repeating: 29, count: rows)), 0..<samples)
    let expected = try loss(slots.rows.rows(5..<(5 + written)), 5..<(5 + written))
    #expect(relativeError(found.loss, expected.loss) <= 1e-6)
    #expect(found.details.excluded == expected.details.excluded)
  }
}
