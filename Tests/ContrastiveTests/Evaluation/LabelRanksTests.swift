import Contrastive
import ContrastiveCore
import Testing
import _TestSupport

/// Accuracy of the best matching, top-5 accuracies, and labels that were never seen.
@Suite struct LabelRanksTests {
  /// Against every matching there is.
  @Test(arguments: 0..<40) func matchingIsTheBest(_ seed: Int) throws {
    var random = CounterRandom(seed: UInt64(seed))
    let (rows, columns) = (1 + random.index(below: 5), 1 + random.index(below: 5))
    var table = (0..<rows).map { _ in (0..<columns).map { _ in random.index(below: 8) } }
    for row in 0..<rows { table[row][random.index(below: columns)] += 1 }
    for column in 0..<columns { table[random.index(below: rows)][column] += 1 }
    func best(_ row: Int, _ used: Set<Int>) -> Int {
      guard row < rows else { return 0 }
      return (0..<columns).reduce(best(row + 1, used)) { most, column in
        used.contains(column)
          ? most : max(most, table[row][column] + best(row + 1, used.union([column])))
      }
    }
    let points = table.joined().reduce(0, +)
    let found = try ClusterAgreement(table: table)
    #expect(found.accuracy == Double(best(0, [])) / Double(points))
    #expect(try #require(found.accuracy) <= found.purity)
  }

  @Test func matchingOfManyClusters() throws {
    let clusters = (0..<900).map { ($0 * 7) % 300 }
    let found = try ClusterAgreement(clusters: clusters, labels: clusters.map { ($0 + 5) % 300 })
    #expect(found.accuracy == 1)
    // 3,001 of both are not matched.
    let own = Array(0..<3_001)
    #expect(try ClusterAgreement(clusters: own, labels: own).accuracy == nil)
  }

  /// Eight classes in a ring: the label is the vote's first only where it is nearest.
  @Test func ranksCountTheClassesBefore() throws {
    let bank = try Matrix((0..<8).map { [Float(8 - $0), 1] })
    let labels = Array(0..<8)
    let queries = try Matrix([[8, 1], [8, 1], [8, 1], [8, 1]])
    let classifier = try WeightedKNN(k: 6)
    let found = try classifier.ranks(
      queries: queries, queryLabels: [0, 3, 5, 7], bank: bank, bankLabels: labels)
    #expect(found.ranks == [0, 3, 5, nil])
    #expect(found.classes == 8)
    #expect(found.accuracy(top: 1) == 0.25 && found.accuracy(top: 5) == 0.5)
    #expect(
      try classifier.accuracy(
        queries: queries, queryLabels: [0, 3, 5, 7], bank: bank, bankLabels: labels) == 0.25)
    #expect(
      try classifier.accuracy(
        queries: queries, queryLabels: [0, 3, 5, 7], bank: bank, bankLabels: labels, top: 5) == 0.5)
    #expect(
      throws: ContrastiveError.parameter(name: "top", found: "0", expected: "at least 1")
    ) {
      try classifier.accuracy(
        queries: queries, queryLabels: [0, 3, 5, 7], bank: bank, bankLabels: labels, top: 0)
    }
    // At so small a temperature all votes but the nearest one's are 0, and still votes.
    let sharp = try WeightedKNN(k: 6, temperature: 1e-6).ranks(
      queries: queries, queryLabels: [0, 3, 5, 7], bank: bank, bankLabels: labels)
    #expect(sharp.ranks == [0, 3, 5, nil])
    let linear = try RidgeProbe().fit(bank, labels: labels)
    let ranks = try linear.ranks(bank, labels: labels.map { $0 == 2 ? 99 : $0 })
    #expect(ranks.ranks[2] == nil)
    #expect(
      try linear.accuracy(bank, labels: labels)
        == Double(zip(linear.classify(bank), labels).count { $0 == $1 }) / 8)
    #expect(try linear.accuracy(bank, labels: labels, top: 8) == 1)
    #expect(
      throws: ContrastiveError.parameter(name: "top", found: "-1", expected: "at least 1")
    ) { try linear.accuracy(bank, labels: labels, top: -1) }
  }

  @Test func unseenLabelsAreCountedAndNamed() throws {
    let rows = try TestData.embeddings(12, 4, seed: 1)
    var evaluation = try RepresentationEvaluation()
    evaluation.measures = [.knn]
    evaluation.labelName = { "class \($0)" }
    let train = try RepresentationEvaluation.Embeddings(rows, labels: (0..<12).map { $0 % 6 })
    let test = try RepresentationEvaluation.Embeddings(
      rows, labels: (0..<12).map { $0 < 3 ? 40 + $0 % 2 : $0 == 3 ? -1 : $0 % 6 })
    let found = try evaluation.run(test: test, train: train)
    #expect(found[.testUnseen] == 3)
    #expect(
      found.warnings == [
        "3 of 12 test rows have a label that no training row has (class 40, class 41): "
          + "classifiers cannot get them right"
      ])
    // Eight of the eleven labeled rows are their own nearest neighbors.
    #expect(try #require(found[.knnTop5]) <= 8.0 / 11)
    let same = try evaluation.run(test: train, train: train)
    #expect(same[.testUnseen] == nil && same.warnings == nil)
    #expect(same[.knnTop5] != nil)
  }
}
