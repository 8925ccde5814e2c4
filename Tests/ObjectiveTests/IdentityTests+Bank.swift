import Contrastive
import Foundation
import Testing
import _Reference
import _TestSupport

/// Where two objectives over a bank are one.
@Suite struct BankIdentityTests {
  let queries: Matrix
  let keys: Matrix
  let bank: Matrix

  init() throws {
    queries = try TestData.embeddings(33, 24, seed: 1)
    keys = try TestData.near(queries, noise: 0.8, seed: 2)
    bank = try TestData.embeddings(700, 24, seed: 3)
  }

  /// λ = 1: all of the target is on the own key.
  ///
  /// Equal but for the order of sums: 3e-7.
  @Test(arguments: [true, false], SCE.PositiveInTargets.allCases)
  func sceIsInfoNCE(_ withBank: Bool, _ own: SCE.PositiveInTargets) throws {
    let bank = withBank ? bank : nil
    let a = try SCE(temperature: 0.07, lambda: 1, positiveInTargets: own).evaluate(
      queries: queries, keys: keys, bank: bank, gradients: [.queries])
    let b = try InfoNCE(temperature: 0.07).evaluate(
      queries: queries, keys: keys, bank: bank, gradients: [.queries])
    try expectEqual(a, .queries, b, .queries)
  }

  /// A ring of everything is the bank.
  @Test func cnsOverEverythingIsInfoNCE() throws {
    let a = try CNS(temperature: 0.07, ring: Ring(outer: 1, inner: 0)).evaluate(
      queries: queries, keys: keys, bank: bank)
    let b = try InfoNCE(temperature: 0.07).evaluate(queries: queries, keys: keys, bank: bank)
    #expect(a.details.ring == bank.rows)
    try expectEqual(a, .queries, b, .queries)
  }

  /// Every bank row of the ring drawn once is the ring; draws are the same for the same seed and
  /// step.
  @Test func cnsOfAllDrawsIsTheRing() throws {
    let ranks = try Ring().ranks(of: bank.rows)
    let all = (0..<queries.rows).flatMap { _ in ranks.indices.map { $0 - ranks.lowerBound } }
    let whole = try CNS(temperature: 0.07, ring: Ring()).evaluate(
      queries: queries, keys: keys, bank: bank)
    func sampled(_ sample: RingSample) throws -> Evaluation<CNS> {
      try CNS(temperature: 0.07, ring: Ring(sample: sample)).evaluate(
        queries: queries, keys: keys, bank: bank)
    }
    let a = try sampled(.given(all.reversed()))
    #expect(a.details.ring == ranks.count && a.details.ringDraws == ranks.count)
    try expectEqual(a, .queries, whole, .queries)
    let drawn = try sampled(.drawn(count: 20, seed: 3, step: 5))
    #expect(try drawn.loss == sampled(.drawn(count: 20, seed: 3, step: 5)).loss)
    #expect(try drawn.loss != sampled(.drawn(count: 20, seed: 3, step: 6)).loss)
    #expect(try drawn.loss != sampled(.drawn(count: 20, seed: 4, step: 5)).loss)
    // With replacement the mean over many draws is the ring's.
    let many = try sampled(.drawn(count: 20_000, seed: 1))
    let shift = log(20_000 / Double(ranks.count))
    #expect(many.loss > whole.loss && many.loss < whole.loss + shift + 0.05)
  }

  private func expectEqual<A, B>(
    _ a: Evaluation<A>, _ left: A.Variable, _ b: Evaluation<B>, _ right: B.Variable
  ) throws {
    #expect(relativeError(a.loss, b.loss) <= 1e-6)
    let expected = try #require(b[right]).doubles
    #expect(worstError(try #require(a[left]), expected) <= 1e-6)
    for scalar in A.Scalar.allCases {
      let other = try #require(B.Scalar(rawValue: scalar.rawValue))
      #expect(relativeError(a[scalar], b[other]) <= 1e-6)
    }
  }
}
