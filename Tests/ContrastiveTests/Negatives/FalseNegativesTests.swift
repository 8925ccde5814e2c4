import Contrastive
import Testing
import _Reference
import _TestSupport

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

  /// Columns that Float32 cannot tell apart, more of them than are looked at in any pass: those of
  /// a sort in Double, with every product; alone, and before a bank for which there are codes.
  @Test(arguments: MatrixProduct.allCases, FalseNegatives.Aggregate.allCases)
  func nearTiesAreDecidedInDouble(
    _ product: MatrixProduct, _ aggregate: FalseNegatives.Aggregate
  ) throws {
    let set = try TestData.nearlyEqual(120, 24, seed: 1)
    let bank = try TestData.embeddings(2_200, 24, seed: 3)
      .stacked(on: TestData.nearlyEqual(70, 24, seed: 1))
    for (support, columns) in [(set, set), (set, set.stacked(on: bank))] {
      let (views, images) = (2, 60)
      for threshold in [nil, 1 - 1e-9] {
        let search = try FalseNegatives(topK: 3, threshold: threshold, aggregate: aggregate)
        let found = try search.find(
          support: support, views: views, among: columns,
          workers: Workers(count: 2).using(product))
        for image in 0..<images {
          let scores = (0..<columns.rows).map { column -> Double in
            let all = (0..<views).map { support.dot($0 * images + image, with: columns, column) }
            return aggregate == .max ? all.max() ?? 0 : all.reduce(0, +) / Double(views)
          }
          let order = (0..<columns.rows)
            .filter { $0 >= support.rows || $0 % images != image }
            .filter { scores[$0] > threshold ?? -.infinity }
            .sorted { (-scores[$0], $0) < (-scores[$1], $1) }
          #expect(found[image] == order.prefix(3).sorted(), "\(product), image \(image)")
        }
      }
    }
  }

  /// A threshold alone finds all that reach it, however many: none, a few, more than any list that
  /// a search begins with.
  @Test(arguments: FalseNegatives.Aggregate.allCases, [-2, 0, 0.3, 0.6, 0.9])
  func aThresholdAlone(_ aggregate: FalseNegatives.Aggregate, _ threshold: Double) throws {
    let (views, images) = (2, 70)
    let support = try TestData.embeddings(views * images, 8, seed: 5)
    let bank = try TestData.embeddings(900, 8, seed: 6)
    for columns in [support, support.stacked(on: bank)] {
      let search = try FalseNegatives(topK: .max, threshold: threshold, aggregate: aggregate)
      let found = try search.find(
        support: support, views: views, among: columns, workers: Workers(count: 2))
      for image in 0..<images {
        let expected = (0..<columns.rows).filter { column in
          let all = (0..<views).map { support.dot($0 * images + image, with: columns, column) }
          let score =
            aggregate == .max ? all.max() ?? 0 : all.reduce(0, +) / Double(views)
          return (column >= support.rows || column % images != image) && score > threshold
        }
        #expect(found[image] == expected, "image \(image)")
      }
    }
  }

  /// One image has no candidates.
  @Test func nothingToFind() throws {
    let support = try axes([0, 0])
    #expect(try FalseNegatives().find(support: support, views: 2, among: support) == [[]])
  }
}
