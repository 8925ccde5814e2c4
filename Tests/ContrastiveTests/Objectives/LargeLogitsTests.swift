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
