import Contrastive
import Testing
import _Reference

@Suite struct FalseNegativesTests {
  /// Rows of a 0 and a 1, whose dot products are exact.
  private func axes(_ indices: [Int]) throws -> Matrix {
    let values = indices.flatMap { index in (0..<4).map { $0 == index ? Float(1) : 0 } }
    return try Matrix(rows: indices.count, columns: 4, values: values)
  }

  /// All of one kind score the same: the lowest columns win, own views never.
  @Test func tiesGoToTheLowerColumn() throws {
    let support = try axes([Int](repeating: 1, count: 1400))
    let found = try FalseNegatives(topK: 3).find(support: support, views: 2, among: support)
    #expect(found[0] == [1, 2, 3])
    #expect(found[2] == [0, 1, 3])
    #expect(found[699] == [0, 1, 2])
  }

  /// A score equal to the threshold is not above it.
  @Test func theThresholdIsStrict() throws {
    let support = try axes([0, 0, 1, 0, 0, 1])
    let above = try FalseNegatives(topK: 9, threshold: 0.999).find(
      support: support, views: 2, among: support)
    #expect(above == [[1, 4], [0, 3], []])
    let strict = try FalseNegatives(topK: 9, threshold: 1).find(
      support: support, views: 2, among: support)
    #expect(strict == [[], [], []])
  }

  /// More than there are takes all, the bank's included.
  @Test(arguments: FalseNegatives.Aggregate.allCases)
  func moreThanThereAre(_ aggregate: FalseNegatives.Aggregate) throws {
    let support = try axes([0, 1, 2, 3])
    let columns = support.stacked(on: try axes([0, 2]))
    let found = try FalseNegatives(topK: 100, threshold: nil, aggregate: aggregate).find(
      support: support, views: 2, among: columns)
    #expect(found == [[1, 3, 4, 5], [0, 2, 4, 5]])
  }

  /// One image has no candidates.
  @Test func nothingToFind() throws {
    let support = try axes([0, 0])
    #expect(try FalseNegatives().find(support: support, views: 2, among: support) == [[]])
  }
}
