import Contrastive
import Testing
import _Reference
import _TestSupport

/// Linear probes, with scikit-learn's figures and against the definition.
@Suite struct ProbeTests {
  /// Three features of very different means and deviations.
  static let features: Rows = [
    [8.3, -3.5, -2.915], [6.51, 17.6, -2.98], [4.62, 25.5, -3.032], [4.78, 2.0, -3.004],
    [6.07, -9.2, -2.92], [6.85, -6.7, -2.984], [5.17, 23.5, -3.07], [6.55, -10.7, -3.035],
    [6.99, 7.7, -3.061], [4.81, -14.2, -3.083], [7.76, 10.4, -3.078], [5.66, -9.8, -3.002],
    [5.03, -7.4, -3.129], [6.42, 4.5, -3.037], [5.78, -5.3, -3.294], [5.12, -10.7, -3.1],
    [6.36, 7.3, -3.117], [5.57, 6.4, -2.925], [4.04, 5.6, -3.029], [6.3, -12.6, -2.917],
    [7.2, 6.4, -2.944], [1.23, 2.6, -3.003], [5.85, -6.3, -2.994], [7.41, -2.6, -3.046],
  ]
  static let places = [
    2, 2, 0, 1, 0, 1, 1, 2, 2, 0, 0, 2, 0, 0, 1, 0, 2, 2, 0, 1, 1, 0, 1, 2,
  ]
  /// Labels need not be 0, 1, 2.
  static let labels = places.map { [-4, 0, 900][$0] }

  private func matrix() throws -> Matrix {
    try Matrix(
      rows: Self.features.count, columns: 3, values: Self.features.flatMap { $0.map(Float.init) })
  }

  @Test func ridgeAgreesWithScikitLearn() throws {
    // Ridge(alpha=2) on StandardScaler's features and one-hot labels.
    let found = try RidgeProbe(penalty: 2).fit(matrix(), labels: Self.labels)
    #expect(found.classes == [-4, 0, 900])
    let weights = [
      -0.14125476335987894, -0.0012220653032323741, -0.523152508110686, 0.01873724213873133,
      -0.0014997722634379012, -0.059852875395608386, 0.12251752122114759, 0.0027218375666702745,
      0.5830053835062947,
    ]
    // 2.6e-6: features rounded to Float32
    expectClose(found.weights, weights, within: 1e-5)
    let intercepts = [-0.3824278403317789, 0.002048628815834952, 1.3803792115159448]
    expectClose(found.intercepts, intercepts, within: 1e-5)  // 3.3e-6
  }

  @Test func logisticAgreesWithScikitLearn() throws {
    // LogisticRegression(C=1) on StandardScaler's features.
    let found = try LogisticProbe(tolerance: 1e-10).fit(matrix(), labels: Self.labels)
    #expect(found.isConverged)
    #expect(abs(found.loss - 0.9581589382980694) < 1e-7)  // 1.3e-8
    let weights = [
      -0.4905331439025494, -0.004083493008145732, -1.5415332992508, 0.008465074788719624,
      -0.004651487794037118, -0.03092781426904847, 0.48206806911382977, 0.008734980802182832,
      1.5724611135198454,
    ]
    expectClose(found.classifier.weights, weights, within: 5e-5)  // 3.3e-6
    let intercepts = [-1.6935316404930132, -0.1496150552261461, 1.84314669571915]
    expectClose(found.classifier.intercepts, intercepts, within: 5e-5)  // 8.7e-6
  }

  /// At the minimum the definition's gradient vanishes, whatever found it.
  @Test func logisticEndsWhereTheGradientVanishes() throws {
    let points = try TestData.matrix(2_500, 6, seed: 3)
    let labels = (0..<2_500).map { points[$0, 0] + points[$0, 1] > 0.3 ? 1 : $0 % 3 }
    let fit = try LogisticProbe(penalty: 3, tolerance: 1e-9).fit(points, labels: labels)
    let scaling = try Standardization(of: points)
    let standard = points.doubles.map { row in
      row.indices.map { (row[$0] - scaling.mean[$0]) / scaling.deviation[$0] }
    }
    let weights = (0..<3).map { place in
      (0..<6).map { fit.classifier.weights[place * 6 + $0] * scaling.deviation[$0] }
    }
    let intercepts = (0..<3).map { place in
      (0..<6).reduce(fit.classifier.intercepts[place]) {
        $0 + fit.classifier.weights[place * 6 + $1] * scaling.mean[$1]
      }
    }
    let reference = referenceLogisticRegression(
      weights: weights, intercepts: intercepts, features: standard, places: labels,
      penalty: 3)
    #expect(abs(reference.loss - fit.loss) < 1e-12)  // 8.9e-16
    let gradient = reference.weights.flatMap(\.self) + reference.intercepts
    #expect((gradient.map(abs).max() ?? 1) < 2e-9)  // 5e-10
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let points = try TestData.matrix(5_000, 9, seed: 1)
    let labels = (0..<5_000).map { $0 % 4 }
    let workers = try [1, 2, 3, 7].map { try Workers(count: $0) }
    let ridges = try workers.map { try RidgeProbe().fit(points, labels: labels, workers: $0) }
    let logistics = try workers.map {
      try LogisticProbe(iterations: 5).fit(points, labels: labels, workers: $0).classifier
    }
    for index in workers.indices {
      #expect(ridges[index] == ridges[0])
      #expect(logistics[index] == logistics[0])
      #expect(
        try logistics[index].classify(points, workers: workers[index])
          == logistics[0].classify(points, workers: .one))
    }
  }

  @Test func constantFeaturesTakeNoPart() throws {
    var points = try TestData.matrix(60, 4, seed: 2)
    for row in 0..<60 {
      points[row, 2] = 1e6
      points[row, 0] += Float(row % 2)
    }
    let labels = (0..<60).map { $0 % 2 }
    let ridge = try RidgeProbe(penalty: 0).fit(points, labels: labels)
    let logistic = try LogisticProbe().fit(points, labels: labels).classifier
    for classifier in [ridge, logistic] {
      #expect(classifier.weights[2] == 0)
      #expect(try classifier.accuracy(points, labels: labels) > 0.7)
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let points = try matrix()
    #expect(
      throws: ContrastiveError.parameter(
        name: "ridge-penalty", found: "-1.0", expected: "0 or more")
    ) { try RidgeProbe(penalty: -1) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "logistic-penalty", found: "nan", expected: "0 or more")
    ) { try LogisticProbe(penalty: .nan) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "logistic tolerance", found: "0.0", expected: "above 0")
    ) { try LogisticProbe(tolerance: 0) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "logistic iterations", found: "0", expected: "1 or more")
    ) { try LogisticProbe(iterations: 0) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "[1]", expected: "[24], one for each row")
    ) { try RidgeProbe().fit(points, labels: [1]) }
    let twice = try Matrix(rows: 2, columns: 3, values: [1, 2, 3, 2, 4, 6])
    #expect(
      throws: ContrastiveError.parameter(
        name: "ridge-penalty", found: "0.0",
        expected: "more: features that depend on each other leave the equations unsolvable")
    ) {
      try RidgeProbe(penalty: 0).fit(twice, labels: [0, 1])
    }
    let classifier = try RidgeProbe().fit(points, labels: Self.labels)
    #expect(
      throws: ContrastiveError.shape(
        argument: "features", found: "[1 × 2]", expected: "[1 × 3], the dimension of the weights")
    ) {
      try classifier.classify(Matrix(rows: 1, columns: 2, values: [1, 2]))
    }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "features", row: 0, column: 1, found: "nan")
    ) {
      try LogisticProbe().fit(Matrix(rows: 1, columns: 2, values: [1, .nan]), labels: [0])
    }
  }
}
