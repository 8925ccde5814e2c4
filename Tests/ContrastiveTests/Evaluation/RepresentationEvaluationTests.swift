import Contrastive
import Testing
import _TestSupport

/// All measures at once: what is given decides what is measured.
@Suite struct RepresentationEvaluationTests {
  /// Rows around one of three directions, which is their label.
  private func embeddings(
    _ count: Int, seed: UInt64
  ) throws -> RepresentationEvaluation.Embeddings {
    var rows = try TestData.embeddings(count, 8, seed: seed)
    for row in 0..<count { rows[row, row % 3] += 2 }
    return try RepresentationEvaluation.Embeddings(rows, labels: (0..<count).map { $0 % 3 })
  }

  @Test func measuresEverything() throws {
    let (test, train) = (try embeddings(60, seed: 1), try embeddings(200, seed: 2))
    var evaluation = try RepresentationEvaluation()
    evaluation.classifier = try WeightedKNN(k: 9)
    var groups: [RepresentationEvaluation.Measure] = []
    let found = try evaluation.run(
      test: test, train: train, views: embeddings(60, seed: 3).rows
    ) { groups.append($0) }
    #expect(groups == RepresentationEvaluation.Measure.allCases)
    #expect(Set(found.seconds.keys) == Set(groups.map(\.rawValue)))
    for accuracy in [
      found[.knnAccuracy], found[.ridgeAccuracy], found[.logisticAccuracy], found[.purity],
    ] {
      #expect(try #require(accuracy) > 0.95)
    }
    #expect(try #require(found[.ami]) > 0.9)
    #expect(try #require(found[.nearestFalseNegativeRate]) > 0.9)
    #expect(try abs(#require(found[.falseNegativeRate]) - 1.0 / 3) < 0.02)
    #expect(found[.alignment] != nil && found[.classAlignment] != nil && found[.uniformity] != nil)
    #expect(found.warnings == [])
    #expect((found[.clusters], found[.k]) == (3, 9))
    #expect(found.skipped.isEmpty)
  }

  @Test func withoutLabelsOnlyGeometry() throws {
    let rows = try embeddings(40, seed: 1).rows
    let found = try RepresentationEvaluation().run(
      test: RepresentationEvaluation.Embeddings(rows, labels: nil))
    #expect(found[.knnAccuracy] == nil && found[.purity] == nil && found[.falseNegativeRate] == nil)
    #expect(Set(found.seconds.keys) == ["uniformity", "rank", "neighbors"])
    #expect(
      Set(found.skipped.keys) == [
        "knn", "ridge", "logistic", "clusters", "alignment", "class_alignment",
        "false_negative_rate",
      ])
  }

  @Test func aCollapsedRepresentationIsMeasured() throws {
    let rows = try Matrix(rows: 30, columns: 4, values: [Float](repeating: 0.5, count: 120))
    let set = try RepresentationEvaluation.Embeddings(rows, labels: (0..<30).map { $0 % 3 })
    let found = try RepresentationEvaluation().run(test: set, train: set)
    #expect(found[.purity] == nil)
    #expect(found.warnings?.count == 3)
    #expect(try abs(#require(found[.uniformity])) < 1e-6)
  }

  @Test func refusesLabelsOfAnotherNumber() throws {
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "[1]", expected: "[2], one for each row")
    ) {
      try RepresentationEvaluation.Embeddings(Matrix(zeros: 2, by: 2), labels: [1])
    }
  }
}
