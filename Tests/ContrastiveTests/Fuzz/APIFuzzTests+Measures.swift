import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let measures: [(String, Call)] = [
    (
      "RidgeProbe",
      { draw in
        let rows = try draw.matrix()
        let fit = try RidgeProbe(penalty: draw.number()).fit(
          rows, labels: draw.integers(rows.rows, below: 3), workers: draw.workers)
        _ = try fit.accuracy(
          draw.bool() ? rows : draw.matrix(), labels: draw.integers(rows.rows, below: 4),
          workers: draw.workers)
      }
    ),
    (
      "LogisticProbe",
      { draw in
        let rows = try draw.matrix()
        let fit = try LogisticProbe(
          penalty: draw.number(), iterations: draw.random.element(of: [1, 5, 30, 0])
        )
        .fit(rows, labels: draw.integers(rows.rows, below: 3), workers: draw.workers)
        _ = try fit.classifier.classify(draw.bool() ? rows : draw.matrix(), workers: draw.workers)
      }
    ),
    (
      "evaluation",
      { draw in
        let (test, train) = try (draw.matrix(), draw.matrix())
        var evaluation = try RepresentationEvaluation()
        evaluation.classifier = try WeightedKNN(k: 3)
        evaluation.logistic = try LogisticProbe(iterations: 10)
        evaluation.clusters = draw.bool() ? nil : draw.count()
        evaluation.graphNeighbors = draw.count()
        evaluation.zeroRows = draw.bool() ? .keep : .refuse
        func set(_ rows: Matrix) throws -> RepresentationEvaluation.Embeddings {
          try .init(rows, labels: draw.bool() ? nil : draw.integers(rows.rows, below: 7))
        }
        _ = try evaluation.run(
          test: set(test), train: draw.bool() ? set(train) : nil,
          views: draw.bool() ? draw.matrix(test.rows, test.columns) : nil,
          workers: draw.workers)
      }
    ),
    (
      "geometry",
      { draw in
        let rows = try draw.matrix()
        _ = try? Uniformity(t: draw.number()).value(of: rows, workers: draw.workers)
        _ = try? Alignment(exponent: draw.number()).value(rows, draw.bool() ? rows : draw.matrix())
        _ = try? Alignment.ofClasses(rows, labels: draw.integers(rows.rows, below: 3))
        _ = try? Collapse(of: rows, zeroRows: .keep, workers: draw.workers).warnings
        _ = try PrincipalComponents(of: rows, count: draw.count(), workers: draw.workers)
          .coordinates(of: draw.matrix())
        let spectrum = try Spectrum(of: rows, workers: draw.workers)
        _ = (spectrum.rankMe, spectrum.effectiveRank, spectrum.rank)
      }
    ),
    (
      "ClusterAgreement",
      { draw in
        let count = draw.size()
        _ = try ClusterAgreement(
          clusters: draw.integers(count, below: 4), labels: draw.integers(count, below: 3))
      }
    ),
    (
      "table",
      { draw in
        _ = try ClusterAgreement(table: (0..<draw.size()).map { _ in draw.integers(3, below: 9) })
      }
    ),
    (
      "audit",
      { draw in
        let rows = try draw.matrix()
        let audit = try NegativeAudit(
          neighbors: [draw.count()], clusters: [draw.random.element(of: [1, 2, 3, draw.count()])],
          temperature: draw.number(), threshold: draw.number(),
          zeroRows: draw.bool() ? .keep : .refuse)
        let found = try audit.run(
          rows, support: draw.bool() ? [] : [draw.matrix(rows.rows, rows.columns)],
          labels: draw.bool() ? nil : draw.integers(rows.rows, below: 3), workers: draw.workers)
        _ = try found.suspects().among(
          rows: draw.integers(3, below: rows.rows), columns: draw.integers(3, below: rows.rows))
      }
    ),
  ]
}
