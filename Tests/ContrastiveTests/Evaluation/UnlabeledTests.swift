import Contrastive
import Testing
import _TestSupport

/// A label of −1 is no label: such rows are excluded from fits, votes and scores.
@Suite struct UnlabeledTests {
  /// Rows around three directions; every fourth has no label, whatever its direction.
  private let rows: Matrix
  private let labels: [Int]
  /// The rows that have a label.
  private let known: [Int]

  init() throws {
    var rows = try TestData.embeddings(120, 6, seed: 4)
    for row in 0..<120 { rows[row, row % 3] += 1 }
    self.rows = rows
    labels = (0..<120).map { $0 % 4 == 3 ? -1 : $0 % 3 }
    known = (0..<120).filter { $0 % 4 != 3 }
  }

  private var knownRows: Matrix { rows.rows(at: known) }
  private var knownLabels: [Int] { known.map { labels[$0] } }

  @Test func neighborsWithoutALabelHaveNoVote() throws {
    let vote = try WeightedKNN(k: 5)
    let queries = try TestData.near(rows, noise: 0.2, seed: 5)
    let found = try vote.classify(queries, bank: rows, labels: labels)
    #expect(found == (try vote.classify(queries, bank: knownRows, labels: knownLabels)))
    #expect(!found.contains(-1))
    #expect(
      try vote.accuracy(queries: queries, queryLabels: labels, bank: rows, bankLabels: labels)
        == vote.accuracy(
          queries: queries.rows(at: known), queryLabels: knownLabels, bank: knownRows,
          bankLabels: knownLabels))
  }

  @Test func probesLearnFromLabeledRows() throws {
    let ridge = try RidgeProbe().fit(rows, labels: labels)
    #expect(ridge == (try RidgeProbe().fit(knownRows, labels: knownLabels)))
    #expect(ridge.classes == [0, 1, 2])
    #expect(
      try ridge.accuracy(rows, labels: labels)
        == ridge.accuracy(knownRows, labels: knownLabels))
    let logistic = try LogisticProbe().fit(rows, labels: labels)
    let expected = try LogisticProbe().fit(knownRows, labels: knownLabels)
    #expect(logistic.classifier == expected.classifier)
    #expect(logistic.loss == expected.loss)
  }

  @Test func measuresCountLabeledRows() throws {
    #expect(
      try Alignment.ofClasses(rows, labels: labels)
        == Alignment.ofClasses(knownRows, labels: knownLabels))
    let clusters = (0..<120).map { $0 % 11 == 0 ? -1 : $0 % 5 }
    let both = known.filter { clusters[$0] != -1 }
    #expect(
      try ClusterAgreement(clusters: clusters, labels: labels)
        == ClusterAgreement(clusters: both.map { clusters[$0] }, labels: both.map { labels[$0] }))
    // A cluster without a labeled point is none.
    #expect(
      try ClusterAgreement(clusters: [0, 0, 1, 2], labels: [5, 5, 6, -1])
        == ClusterAgreement(clusters: [0, 0, 1], labels: [5, 5, 6]))

    let graph = try NeighborTable(graphOf: rows.normalized().rows, k: 4)
    let rate = try FalseNegativeRate(graph: graph, labels: labels)
    let pairs = graph.indices.enumerated().map { (labels[$0 / 4], labels[$1]) }
      .filter { $0 != -1 && $1 != -1 }
    #expect(rate.nearest == Double(pairs.count { $0 == $1 }) / Double(pairs.count))
    let counts = (0..<3).map { label in Double(knownLabels.count { $0 == label }) }
    let n = Double(known.count)
    #expect(abs(rate.overall - counts.reduce(0) { $0 + $1 * ($1 - 1) } / (n * (n - 1))) < 1e-15)
  }

  @Test func theEvaluationCountsThem() throws {
    let set = try RepresentationEvaluation.Embeddings(rows, labels: labels)
    let found = try RepresentationEvaluation().run(test: set, train: set)
    #expect(found[.testUnlabeled] == 30)
    #expect(found[.trainUnlabeled] == 30)
    #expect(found[.k] == 90)
    #expect(found[.clusters] == 3)
    #expect(
      found[.ridgeAccuracy]
        == (try RidgeProbe().fit(knownRows, labels: knownLabels)
          .accuracy(knownRows, labels: knownLabels)))
    let none = try RepresentationEvaluation.Embeddings(
      rows, labels: [Int](repeating: -1, count: 120))
    let geometry = try RepresentationEvaluation().run(test: none, train: none)
    #expect(geometry[.knnAccuracy] == nil && geometry[.purity] == nil)
    #expect(geometry[.testUnlabeled] == nil && geometry[.uniformity] != nil)
  }

  /// With no label at all there is nothing to learn or to score, and that is said.
  @Test func refusesLabelsOfNobody() throws {
    let none = [Int](repeating: -1, count: 120)
    func refused(_ name: String) -> ContrastiveError {
      .parameter(name: name, found: "-1 for every row", expected: "a label for at least one")
    }
    #expect(throws: refused("labels")) { try RidgeProbe().fit(rows, labels: none) }
    #expect(throws: refused("labels")) { try LogisticProbe().fit(rows, labels: none) }
    #expect(throws: refused("labels")) {
      try WeightedKNN().classify(rows, bank: rows, labels: none)
    }
    #expect(throws: refused("query labels")) {
      try WeightedKNN().accuracy(
        queries: rows, queryLabels: none, bank: rows, bankLabels: labels)
    }
    #expect(throws: refused("labels")) { try ClusterAgreement(clusters: labels, labels: none) }
    #expect(try Alignment.ofClasses(rows, labels: none) == nil)
  }
}
