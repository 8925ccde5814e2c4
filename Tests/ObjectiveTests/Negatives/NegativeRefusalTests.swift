import Contrastive
import Testing
import _TestSupport

/// Combinations without a meaning, and choices that do not fit, by name.
@Suite struct NegativeRefusalTests {
  let queries: Matrix
  let keys: Matrix
  let bank: Matrix

  init() throws {
    queries = try TestData.embeddings(6, 8, seed: 1)
    keys = try TestData.embeddings(6, 8, seed: 2)
    bank = try TestData.embeddings(20, 8, seed: 3)
  }

  /// Expects a part of a choice to be refused by an objective, which names what to use.
  private func expectRefusal(
    _ part: String, _ objective: String, use alternative: String,
    _ body: () throws -> Void
  ) {
    #expect(
      throws: ContrastiveError.parameter(name: part, found: objective, expected: alternative),
      performing: body)
  }

  private func expectRefusal(_ error: ContrastiveError, _ body: () throws -> Void) {
    #expect(throws: error, performing: body)
  }

  private static let bank = "a bank: mixed rows are constants"

  @Test func partsThatAnObjectiveHasNoMeaningFor() throws {
    let mixing = try Negatives(mixing: .drawn(HardNegativeMixing(pairs: 2, queryPairs: 1)))
    let search = try Negatives(
      falseNegatives: FalseNegativeTreatment(FalseNegatives(topK: 2, threshold: nil)))
    let ring = try Negatives(ring: Ring(outer: 0.9, inner: 0.1))
    let weights = try Negatives(hardness: HardNegativeWeights())
    let pairs = try Negatives(
      pairs: PairTerms(rows: 6, columns: 20, pairs: [.init(row: 0, column: 3)]))
    let given = Negatives(mixing: .given(.none(queries: 6)))
    let supported = try Negatives(
      falseNegatives: FalseNegativeTreatment(FalseNegatives(), support: keys))

    expectRefusal("mixing", "InfoNCE in the batch", use: Self.bank) {
      _ = try InfoNCE(negatives: mixing).evaluate(queries: queries, keys: keys)
    }
    expectRefusal("mixing", "NT-Xent", use: Self.bank) { _ = try NTXent(negatives: mixing) }
    expectRefusal("mixing", "decoupled contrast", use: Self.bank) {
      _ = try Decoupled(negatives: mixing)
    }
    expectRefusal("mixing", "SupCon", use: Self.bank) { _ = try SupCon(negatives: mixing) }
    expectRefusal("mixing", "FNC in the batch", use: Self.bank) {
      _ = try FNC(search: FalseNegatives(), negatives: mixing).evaluate(
        embeddings: queries, views: 2)
    }
    expectRefusal("mixing", "HCL", use: Self.bank) {
      _ = try HCL(weights: HardNegativeWeights(), negatives: mixing)
    }
    expectRefusal("false-negatives", "SupCon, whose labels say which they are", use: "NT-Xent") {
      _ = try SupCon(negatives: search)
    }
    expectRefusal("pairs", "HCSC, whose masks say which bank rows count", use: "InfoNCE") {
      _ = try HCSC(negatives: pairs)
    }
    expectRefusal("mixing", "MoCHi, which has mixes", use: "InfoNCE") {
      _ = try MoCHi(negatives: mixing)
    }
    expectRefusal("ring", "CNS, which has a ring", use: "one ring") {
      _ = try CNS(ring: Ring(), negatives: ring)
    }
    expectRefusal("false-negatives", "FNC, which has a search", use: "InfoNCE or NT-Xent") {
      _ = try FNC(search: FalseNegatives(), negatives: search)
    }
    expectRefusal("hardness", "HCL, which has weights", use: "NT-Xent") {
      _ = try HCL(weights: HardNegativeWeights(), negatives: weights)
    }
    expectRefusal("hardness", "HCL, which has weights", use: "NT-Xent") {
      _ = try DCL(negatives: weights)
    }
    expectRefusal("mixing", "given mixes in LooC", use: "drawn ones") {
      _ = try LooC(negatives: given)
    }
    expectRefusal("support", "one in LooC", use: "each space's own keys") {
      _ = try LooC(negatives: supported)
    }
    for (name, choice) in [
      ("mixing", mixing), ("false-negatives", search), ("ring", ring), ("hardness", weights),
      ("pairs", pairs),
    ] {
      expectRefusal(name, "InstDisc with noise", use: "its softmax form") {
        _ = try InstDisc(negatives: choice).evaluate(
          queries: queries, bank: bank, indices: Array(0..<6), noise: Array(0..<12))
      }
    }
  }

  @Test func pairsThatHaveNoMeaning() throws {
    let shared = try PairTerms(
      rows: 6, columns: 20, pairs: [.init(row: 0, column: 3, weight: 1, target: 0.2)])
    expectRefusal(
      "pairs", "hardness with a target of 0.2 for row 0, column 3",
      use: "targets equal to the positive's: part of a positive is no sample of them"
    ) {
      _ = try InfoNCE(
        negatives: Negatives(pairs: shared, hardness: HardNegativeWeights()))
    }
    expectRefusal(
      "pairs", "targets in SupCon inside the logarithm", use: "SupCon outside the logarithm"
    ) {
      _ = try SupCon(variant: .inside, negatives: Negatives(pairs: shared))
    }
    expectRefusal(.shape(argument: "pairs", found: "[6 × 20]", expected: "[6 × 6]")) {
      _ = try InfoNCE(negatives: Negatives(pairs: shared)).evaluate(queries: queries, keys: keys)
    }
    let own = try PairTerms(rows: 6, columns: 6, pairs: [.init(row: 2, column: 2)])
    expectRefusal(
      .index(
        argument: "pairs", position: 0, found: "row 2, column 2",
        expected: "a negative of the row")
    ) {
      _ = try InfoNCE(negatives: Negatives(pairs: own)).evaluate(queries: queries, keys: keys)
    }
    let partner = try PairTerms(rows: 12, columns: 12, pairs: [.init(row: 2, column: 8)])
    expectRefusal(
      .index(
        argument: "pairs", position: 0, found: "row 2, column 8",
        expected: "a negative of the row")
    ) {
      _ = try NTXent(negatives: Negatives(pairs: partner)).evaluate(view1: queries, view2: keys)
    }
    var known = try QueueBank(capacity: 6, dimension: queries.columns)
    try known.enqueue(keys, ids: Array(0..<6))
    expectRefusal("pairs", "a bank that knows its samples", use: "pairs given once") {
      _ = try InfoNCE(negatives: Negatives(pairs: own)).evaluate(
        queries: queries, keys: keys, bank: known.columns(for: Array(0..<6)))
    }
  }

  @Test func nothingLeft() throws {
    let all = try FalseNegativeTreatment(FalseNegatives(topK: 20, threshold: nil), mode: .exclude)
    expectRefusal(
      .shape(
        argument: "bank", found: "0 rows, of which ranks 0 ..< 0 are the ring",
        expected: "a ring of at least one rank")
    ) {
      _ = try InfoNCE(negatives: Negatives(falseNegatives: all, ring: Ring())).evaluate(
        queries: queries, keys: keys, bank: bank)
    }
    expectRefusal("mixing", "row 0 of queries with 0 negatives", use: "some to mix") {
      _ = try InfoNCE(
        negatives: Negatives(
          falseNegatives: all, mixing: .drawn(HardNegativeMixing(pairs: 1, queryPairs: 0)))
      ).evaluate(queries: queries, keys: keys, bank: bank)
    }
    // Without a ring or mixes nothing is left to tell the positive from: the value is 0.
    let none = try InfoNCE(negatives: Negatives(falseNegatives: all)).evaluate(
      queries: queries, keys: keys, bank: bank)
    #expect(none.loss == 0)
    #expect(none[.queries] == Matrix(zeros: 6, by: 8))
    expectRefusal(
      .shape(
        argument: "support", found: "[5 × 8]",
        expected: "a multiple of 6 rows, one for each image and view")
    ) {
      _ = try InfoNCE(
        negatives: Negatives(
          falseNegatives: FalseNegativeTreatment(
            FalseNegatives(topK: 2, threshold: nil), support: bank.rows(0..<5)))
      ).evaluate(queries: queries, keys: keys, bank: bank)
    }
  }

  /// Draws are those of the negatives that are left.
  @Test func drawsLeaveOutWhatIsDropped() throws {
    let nearest = try FalseNegativeTreatment(
      FalseNegatives(topK: 4, threshold: nil), mode: .exclude, support: queries)
    let draw = try HardNegativeMixing(hardest: 2, pairs: 5, queryPairs: 5)
    let found = try InfoNCE(
      negatives: Negatives(falseNegatives: nearest, mixing: .drawn(draw))
    ).evaluate(queries: queries, keys: keys, bank: bank)
    // The two nearest of what is left are ranks 4 and 5.
    let order = (0..<6).map { row -> [Int] in
      let similarities = queries.rows(at: [Int](repeating: row, count: 20)).rowDots(bank)
      return (0..<20).sorted { similarities[$0] > similarities[$1] }
    }
    let plain = try draw.draw(queries: queries, bank: bank)
    func moved(_ indices: [Int], perRow: Int) -> [Int] {
      indices.enumerated().map { position, column in
        let own = order[position / perRow]
        let (nearest, next) = (own[..<2].sorted(), own[4..<6].sorted())
        return next[nearest.firstIndex(of: column) ?? 0]
      }
    }
    let mixes = try NegativeMixes(
      pairs: moved(plain.pairs, perRow: 10), pairWeights: plain.pairWeights,
      queryPairs: moved(plain.queryPairs, perRow: 5), queryWeights: plain.queryWeights)
    let expected = try InfoNCE(
      negatives: Negatives(falseNegatives: nearest, mixing: .given(mixes))
    ).evaluate(queries: queries, keys: keys, bank: bank)
    #expect(found.loss == expected.loss)
    #expect(found[.queries] == expected[.queries])
  }
}
