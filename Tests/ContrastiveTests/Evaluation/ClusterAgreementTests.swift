import Contrastive
import Testing
import _TestSupport

/// Clusters against labels, with scikit-learn 1.7's figures.
@Suite struct ClusterAgreementTests {
  struct Fixture: CustomTestStringConvertible {
    var testDescription: String
    var table: [[Int]]
    var purity, nmi, ami, ari: Double
  }

  static let fixtures = [
    Fixture(
      testDescription: "small", table: [[6, 3, 0, 0], [0, 9, 1, 0], [0, 0, 10, 1]],
      purity: 0.8333333333333334, nmi: 0.6699015931446193, ami: 0.632776205572135,
      ari: 0.604195357072595),
    Fixture(
      testDescription: "chance",
      table: [
        [6, 16, 14, 3], [9, 6, 7, 12], [9, 7, 11, 11], [11, 6, 13, 7], [12, 6, 14, 20],
      ], purity: 0.36, nmi: 0.04158489019020732, ami: 0.021286755780000752,
      ari: 0.0179699008083699),
    Fixture(
      testDescription: "uneven",
      table: [[500, 3, 0, 7], [2, 900, 11, 0], [0, 40, 4000, 5], [90, 0, 1, 60]],
      purity: 0.9770421783235451, nmi: 0.8860338619080659, ami: 0.8859224633322309,
      ari: 0.9569387865774807),
    Fixture(
      testDescription: "large", table: [[120_000, 30_000, 10], [5, 80_000, 70_000]],
      purity: 0.6666333349999166, nmi: 0.5407623359858948, ami: 0.5407606035239979,
      ari: 0.48433599589577536),
    Fixture(
      testDescription: "single points",
      table: [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]],
      purity: 1, nmi: 0.7601875334318686, ami: 0, ari: 0),
    Fixture(
      testDescription: "one cluster", table: [[2, 2, 2]], purity: 1.0 / 3, nmi: 0, ami: 0, ari: 0),
    Fixture(testDescription: "both one class", table: [[5]], purity: 1, nmi: 1, ami: 1, ari: 1),
    Fixture(
      testDescription: "both single points", table: [[0, 1], [1, 0]], purity: 1, nmi: 1, ami: 1,
      ari: 1),
  ]

  @Test(arguments: fixtures) func agreesWithScikitLearn(_ fixture: Fixture) throws {
    let found = try ClusterAgreement(table: fixture.table)
    // Worst seen: 5.3e-15, for an AMI.
    #expect(abs(found.purity - fixture.purity) < 1e-13)
    #expect(abs(found.nmi - fixture.nmi) < 1e-13)
    #expect(abs(found.ami - fixture.ami) < 1e-12)
    #expect(abs(found.ari - fixture.ari) < 1e-13)
  }

  @Test func countsPoints() throws {
    let table = try Contingency(clusters: [5, 5, -4, 5], labels: [2, 7, 7, 2])
    #expect(table.clusters == [-4, 5])
    #expect(table.labels == [2, 7])
    #expect(table.clusterSizes == [1, 3])
    #expect(table.labelSizes == [2, 2])
    #expect(table.cells.map(\.count) == [1, 2, 1])
  }

  /// Pairs of pairs of 4e9 points are beyond 64 bits.
  @Test func hugeCountsDoNotOverflow() throws {
    let huge = 2_000_000_000
    let found = try ClusterAgreement(table: [[huge, 1], [1, huge]])
    #expect(abs(found.ari - 1) < 1e-8)
    #expect(abs(found.nmi - 1) < 1e-7)
  }

  @Test func refusesWhatDoesNotFit() {
    #expect(throws: ContrastiveError.empty(argument: "clusters")) {
      try ClusterAgreement(clusters: [], labels: [])
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "[2]", expected: "[1], one for each point")
    ) { try ClusterAgreement(clusters: [1], labels: [1, 2]) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "table", found: "-1", expected: "counts of 0 or more")
    ) { try ClusterAgreement(table: [[1, -1]]) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "table", found: "zeros only", expected: "a count in each row and column")
    ) { try ClusterAgreement(table: [[1, 0], [1, 0]]) }
  }
}
