import Contrastive
import Testing
import _TestSupport

/// Objectives described from outside are those of the package.
@Suite struct ContrastTests {
  let queries: Matrix
  let keys: Matrix
  let bank: Matrix

  init() throws {
    queries = try TestData.embeddings(40, 12, seed: 1)
    keys = try TestData.near(queries, noise: 0.5, seed: 2)
    bank = try TestData.embeddings(300, 12, seed: 3)
  }

  @Test func aBankOfNegativesIsInfoNCE() throws {
    let expected = try InfoNCE(temperature: 0.1).evaluate(
      queries: queries, keys: keys, bank: bank, gradients: [.queries, .keys, .bank])
    let found = try Contrast(queries, pairedWith: keys, against: bank, temperature: 0.1)
      .evaluate(columns: true)
    #expect(found.loss == expected.loss && found.losses == expected.losses)
    #expect(found.anchors == expected[.queries] && found.columns == expected[.bank])
    #expect(found.temperatureGradient == expected[.temperature])
    let ofKeys = try #require(expected[.keys])
    #expect(ofKeys[3, 5] == Float(found.paired[3]) * queries[3, 5])
  }

  /// A ring is chosen among all negatives, and nothing among what it leaves; weights may come
  /// before it or after.
  @Test(arguments: [false, true]) func aRingIsChosenOnce(_ isFirst: Bool) throws {
    var contrast = try Contrast(queries, pairedWith: keys, against: bank, temperature: 0.2)
    let weights = try Negatives(hardness: HardNegativeWeights(beta: 1))
    let ring = try Negatives(ring: Ring(outer: 0.5))
    for choice in isFirst ? [ring, weights] : [weights, ring] { _ = try contrast.choose(choice) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "ring", found: "a choice after one of a ring",
        expected: "one choice, or weights alone")
    ) { try contrast.choose(ring) }
    let both = try InfoNCE(
      temperature: 0.2,
      negatives: Negatives(ring: Ring(outer: 0.5), hardness: HardNegativeWeights(beta: 1))
    ).evaluate(queries: queries, keys: keys, bank: bank)
    #expect(try contrast.evaluate().loss == both.loss)
  }

  @Test func aHardChoiceIsTheSame() throws {
    let negatives = try Negatives(hardness: HardNegativeWeights(beta: 1, tauPlus: 0.05))
    let expected = try InfoNCE(temperature: 0.2, negatives: negatives).evaluate(
      queries: queries, keys: keys, bank: bank)
    var contrast = try Contrast(queries, pairedWith: keys, against: bank, temperature: 0.2)
    #expect(try contrast.choose(negatives) == NegativeCounts())
    #expect(try contrast.evaluate().loss == expected.loss)
  }

  /// Rows in half precision are widened where a choice looks at them.
  @Test(arguments: 0..<4) func aHalfBankTakesEveryChoice(_ place: Int) throws {
    let half = try HalfMatrix(rounding: bank)
    let negatives = try [
      Negatives(hardness: HardNegativeWeights(beta: 1, tauPlus: 0.05)),
      Negatives(falseNegatives: FalseNegativeTreatment(FalseNegatives(topK: 3, threshold: nil))),
      Negatives(ring: Ring(outer: 0.2, inner: 0.1)),
      Negatives(mixing: .drawn(HardNegativeMixing(hardest: 20, pairs: 4, queryPairs: 2))),
    ][place]
    func loss(_ bank: any Bank) throws -> Double {
      var contrast = try Contrast(queries, pairedWith: keys, against: bank, temperature: 0.2)
      _ = try contrast.choose(negatives)
      return try contrast.evaluate().loss
    }
    #expect(try loss(half) == loss(half.widened))
  }

  @Test func positivesTakePart() throws {
    var contrast = try Contrast(queries, pairedWith: keys, temperature: 0.2)
    #expect {
      try contrast.add(positives: (0..<40).map { [$0] })
    } throws: {
      "\($0)" == "positives: found column 0, which is excluded at position 0, "
        + "expected columns that take part"
    }
  }

  @Test func namedPositivesAreSupCon() throws {
    let labels = (0..<40).map { $0 % 7 }
    let expected = try SupCon(temperature: 0.1).evaluate(embeddings: queries, labels: labels)
    var contrast = try Contrast(queries, temperature: 0.1)
    try contrast.add(
      positives: labels.indices.map { row in
        labels.indices.filter { $0 != row && labels[$0] == labels[row] }
      })
    let found = try contrast.evaluate()
    #expect(relativeError(found.loss, expected.loss) <= 1e-6)
    let gradient = try #require(expected[.embeddings])
    #expect(
      worstError(
        try #require(found.anchors), (0..<40).map { gradient.row($0).map(Double.init) }) <= 1e-5)
  }

  /// Excluding all but one negative leaves two logits.
  @Test func excludedColumnsDoNotCount() throws {
    var contrast = try Contrast(queries, pairedWith: keys, against: bank, temperature: 1)
    try contrast.exclude((0..<40).map { _ in Array(1..<300) })
    let small = try Contrast(
      queries, pairedWith: keys, against: bank.rows(at: [0]), temperature: 1)
    #expect(relativeError(try contrast.evaluate().loss, try small.evaluate().loss) <= 1e-6)
  }

  @Test func namesWhatIsWrong() throws {
    #expect(
      throws: ContrastiveError.parameter(
        name: "temperature", found: "0.0", expected: "a number from 1e-6 to 1e6")
    ) { try Contrast(queries, temperature: 0) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "keys", found: "[300 × 12]", expected: "[40 × 12], the shape of queries")
    ) { try Contrast(queries, pairedWith: bank, temperature: 1) }
    var contrast = try Contrast(queries, temperature: 1)
    #expect(
      throws: ContrastiveError.shape(
        argument: "positives", found: "[1]", expected: "[40], a list for each anchor")
    ) { try contrast.add(positives: [[1]]) }
    #expect(
      throws: ContrastiveError.index(
        argument: "excluded", position: 0, found: "column 0",
        expected: "columns below 40, each in one role")
    ) { try contrast.exclude([[0]] + [[Int]](repeating: [], count: 39)) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "columns", found: "the anchors themselves",
        expected: "columns with a gradient of their own")
    ) { try contrast.evaluate(columns: true) }
  }
}
