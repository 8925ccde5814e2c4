import Contrastive
import Foundation
import Testing
import _TestSupport

/// Logits of billions, whose differences are of the order of their rounding.
@Suite struct LargeLogitsTests {
  /// `count` rows along the axes, so that dot products are exact, each twice in turn.
  private func axes(_ count: Int, length: Float) throws -> Matrix {
    var rows = Matrix(zeros: count, by: count / 2)
    for row in 0..<count { rows[row, row / 2] = length }
    return rows
  }

  /// Each view finds itself, its copies and the other view's: log 3.
  @Test(arguments: [(Float(65_536), 0.05), (64, 1e-6), (1, 1e-6), (1, 0.05)])
  func ofViews(_ length: Float, _ temperature: Double) throws {
    let views = try axes(64, length: length)
    let found = try NTXent(temperature: temperature).evaluate(view1: views, view2: views)
    #expect(relativeError(found.loss, log(3)) <= 1e-6, "\(found.loss)")
  }

  /// Shares of negatives are of what a pass has read, also where debiasing knows their sum better.
  @Test(arguments: [1e-6, 9e-6, 1.1e-5]) func ofDebiasedNegatives(_ temperature: Double) throws {
    func rows(_ matrix: Matrix) throws -> Matrix {
      try Matrix(
        rows: matrix.rows, columns: matrix.columns, values: matrix.values.map { 100 * $0 })
    }
    let unit = try TestData.embeddings(1, 17, seed: 18)
    let bank = try TestData.near(unit, noise: 0.3, seed: 19)
      .stacked(on: TestData.embeddings(3, 17, seed: 20))
    let found = try InfoNCE(
      temperature: temperature,
      negatives: Negatives(hardness: HardNegativeWeights(beta: 0, tauPlus: 0.1))
    ).evaluate(
      queries: rows(unit), keys: rows(TestData.embeddings(1, 17, seed: 21)), bank: rows(bank))
    // The loss's slope is at most the distance of two rows over the temperature, and a little more.
    let largest = try #require(found[.queries]).values.reduce(0) { max($0, abs(Double($1))) }
    #expect(largest > 10 / temperature && largest < 250 / temperature, "\(largest)")
  }

  /// Weights of pairs that are all alike are 1, however large the similarities.
  @Test(arguments: [Float(1), 1e2, 1e4]) func ofWeightedPairs(_ length: Float) throws {
    let views = try Matrix(rows: 5, columns: 1, values: [Float](repeating: length, count: 5))
    let found = try Decoupled(temperature: 1, sigma: 1e-6).evaluate(view1: views, view2: views)
    let plain = try Decoupled(temperature: 1).evaluate(view1: views, view2: views)
    #expect(abs(found.loss - log(8)) <= 1e-6 * max(1, Double(length * length)))
    #expect(found.loss == plain.loss)
  }

  /// A pair without negatives has no loss and no gradient.
  @Test func ofPairsWithoutNegatives() throws {
    let views = try TestData.embeddings(4, 3, seed: 1)
    let other = try TestData.near(views, noise: 0.1, seed: 2)
    let negatives = try Negatives(
      falseNegatives: FalseNegativeTreatment(
        FalseNegatives(topK: .max, threshold: nil), mode: .exclude))
    let found = try Decoupled(negatives: negatives).evaluate(
      view1: views, view2: other, gradients: [.view1, .view2])
    #expect(found.loss == 0 && found[.temperature] == 0)
    #expect(found[.view1] == Matrix(zeros: 4, by: 3) && found[.view2] == Matrix(zeros: 4, by: 3))
  }

  /// Both directions at once are the mean of one after the other, as are their gradients.
  @Test(arguments: [(Float(16_384), 0.05), (64, 1e-6), (1, 1e-6), (1, 0.05)])
  func ofBothDirections(_ length: Float, _ temperature: Double) throws {
    let (queries, keys) = (try axes(300, length: length), try axes(300, length: length))
    let forth = try InfoNCE(temperature: temperature).evaluate(
      queries: queries, keys: keys, gradients: [.queries, .keys])
    let back = try InfoNCE(temperature: temperature).evaluate(
      queries: keys, keys: queries, gradients: [.queries, .keys])
    let both = try InfoNCE(temperature: temperature, symmetric: true).evaluate(
      queries: queries, keys: keys, gradients: [.queries, .keys])
    #expect(relativeError(both.loss, (forth.loss + back.loss) / 2) <= 1e-6, "\(both.loss)")
    let (one, other) = (try #require(forth[.queries]), try #require(back[.keys]))
    let expected = zip(one.values, other.values).map { (Double($0) + Double($1)) / 2 }
    #expect(worstError(try #require(both[.queries]).values, expected) <= 1e-6)
  }
}
