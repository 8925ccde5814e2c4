import Contrastive
import Foundation
import Testing
import _TestSupport

/// Cases in which widely used implementations go wrong; the page Where-others-go-wrong names these
/// tests.
@Suite struct PeerDefectTests {
  /// A loss that adds the smallest float inside its logarithm stops at 87 and loses this gradient.
  ///
  /// The pair is 1.2 apart in cosine at temperature 0.01: the pull on the own key is all but 1.
  @Test func hardestPairsKeepTheirGradient() throws {
    let query = try Matrix(rows: 1, columns: 2, values: [1, 0])
    let key = try Matrix(rows: 1, columns: 2, values: [-0.2, Float(0.96).squareRoot()])
    let found = try InfoNCE(temperature: 0.01).evaluate(
      queries: query, keys: key, bank: query, gradients: [.keys])
    #expect(abs(found.loss - 120) < 1e-3)
    #expect(found[.keys]?.values.map { ($0 * 1e3).rounded() / 1e3 } == [-100, 0])
  }

  /// Exponentials without a shift overflow Float32 here; HCL's below 0.0226 already.
  @Test func smallTemperaturesDoNotOverflow() throws {
    for problem in try HCLEntry.problems(size: 12, seed: 9) {
      try HCLEntry.expectAgreement(HCLEntry.at(0.005, problem), slack: 10, "HCL")
    }
    for problem in try NTXentEntry.problems(size: 12, seed: 9) {
      try NTXentEntry.expectAgreement(NTXentEntry.at(0.005, problem), slack: 10, "NT-Xent")
    }
  }

  /// log 0 and 0/0 where no other row has the anchor's label.
  @Test func anchorsWithoutPositivesCountZero() throws {
    let rows = try TestData.embeddings(7, 5, seed: 1)
    let found = try SupCon().evaluate(embeddings: rows, labels: Array(0..<7))
    #expect(found.loss == 0)
    #expect(found[.embeddings] == Matrix(zeros: 7, by: 5))
  }

  /// Two rows of one cluster: the official code counts each one's own prototype as a negative of
  /// the other, which adds log 2 to both.
  @Test func ownPrototypeIsNoNegative() throws {
    let queries = try TestData.embeddings(2, 4, seed: 1)
    let bank = try TestData.embeddings(3, 4, seed: 2)
    let targets = try PrototypeTargets(
      centroids: TestData.embeddings(2, 4, seed: 3), concentrations: [0.2, 0.2],
      assignments: [1, 1], negatives: [])
    func evaluate(_ masks: Bool) throws -> Evaluation<ProtoNCE> {
      try ProtoNCE(masksDuplicates: masks).evaluate(
        queries: queries, keys: queries, bank: bank, clusterings: [targets])
    }
    let (masked, kept) = try (evaluate(true), evaluate(false))
    #expect(abs(kept.loss - masked.loss - log(2)) < 1e-6)
    #expect(masked.details.excluded == 2)
  }

  /// The official code's loss is silently 0, and so is its gradient.
  @Test func anEmptyRingIsRefused() throws {
    let rows = try TestData.embeddings(3, 4, seed: 1)
    let empty = ContrastiveError.shape(
      argument: "bank", found: "3 rows, of which ranks 0 ..< 0 are the ring",
      expected: "a ring of at least one rank")
    #expect(throws: empty) {
      try CNS(ring: Ring()).evaluate(queries: rows, keys: rows, bank: rows)
    }
  }
}
