/// Every measure of a representation at once, from embeddings and labels.
///
/// What is given decides what is measured: a bank with labels for classifiers, labels of the
/// queries for clusters and false negatives, a second view for the alignment. What cannot be
/// measured is in `RepresentationMeasures.skipped`, with the reason.
package struct RepresentationEvaluation: Sendable {
  /// A group of measures.
  package enum Measure: String, CaseIterable, Sendable {
    /// `WeightedKNN`.
    case knn
    /// `RidgeProbe`.
    case ridge
    /// `LogisticProbe`.
    case logistic
    /// k-means against labels: `ClusterAgreement`.
    case clusters
    /// `Alignment` of two views and of classes.
    case alignment
    /// `Uniformity`.
    case uniformity
    /// `Spectrum` and `Collapse`.
    case rank
    /// `Hubness` and `FalseNegativeRate`.
    case neighbors
  }

  /// What to measure, as far as what is given allows.
  package var measures = Set(Measure.allCases)
  /// The vote.
  package var classifier: WeightedKNN
  /// The closed-form probe.
  package var ridge: RidgeProbe
  /// The logistic probe.
  package var logistic: LogisticProbe
  /// Clusters of k-means; as many as there are labels when nil.
  package var clusters: Int?
  /// Neighbors of each row for hubness and false negatives; all others when there are fewer.
  package var graphNeighbors = 10
  /// What becomes of rows of zeros where rows are normalized.
  package var zeroRows = ZeroRows.refuse
  /// What a label is called in warnings.
  package var labelName: @Sendable (Int) -> String = { "\($0)" }
  /// Random seed of k-means.
  package var seed: UInt64 = 0

  /// All measures, with the papers' defaults.
  ///
  /// - Throws: nothing that its defaults could cause.
  package init() throws(ContrastiveError) {
    classifier = try WeightedKNN()
    ridge = try RidgeProbe()
    logistic = try LogisticProbe()
  }

  /// Embeddings with or without labels.
  package struct Embeddings: Sendable {
    package let rows: Matrix
    /// N labels of which not all are −1, or nil.
    package let labels: [Int]?
    /// Rows of −1, where others have a label.
    let unlabeledCount: Int

    /// Rows and their labels.
    ///
    /// - Parameters:
    ///   - rows: [N × D].
    ///   - labels: N labels, −1 for a row without one, or nil.
    ///   - name: the labels' name, for errors.
    /// - Throws: `ContrastiveError.shape` for labels of another number.
    package init(
      _ rows: Matrix, labels: [Int]?, named name: String = "labels"
    ) throws(ContrastiveError) {
      if let labels { try requireLabels(labels, count: rows.rows, named: name) }
      self.rows = rows
      let count = labels?.count { $0 == unlabeled } ?? 0
      self.labels = count == rows.rows ? nil : labels
      unlabeledCount = self.labels == nil ? 0 : count
    }
  }

  /// Measures.
  ///
  /// Memory: nothing of the size rows × rows.
  ///
  /// - Parameters:
  ///   - test: what is measured.
  ///   - train: what classifiers learn from; its labels are needed for that.
  ///   - views: [test rows × D], another view of each test row.
  ///   - workers: the threads to use; no effect on the result.
  ///   - report: called before each group, such as to show progress.
  /// - Returns: the measures.
  /// - Throws: `ContrastiveError` as the measures; `.canceled`.
  package func run(
    test: Embeddings, train: Embeddings? = nil, views: Matrix? = nil, workers: Workers = .all,
    report: (Measure) -> Void = { _ in }
  ) throws(ContrastiveError) -> RepresentationMeasures {
    var result = RepresentationMeasures()
    result[.testRows] = Double(test.rows.rows)
    result[.dimension] = Double(test.rows.columns)
    result[.trainRows] = (train?.rows.rows).map(Double.init)
    for (quantity, set) in [
      (RepresentationMeasures.Quantity.testUnlabeled, test), (.trainUnlabeled, train),
    ] {
      if let count = set?.unlabeledCount, count > 0 { result[quantity] = Double(count) }
    }
    noteUnseen(test, train, &result)
    let clock = ContinuousClock()
    for measure in Measure.allCases where measures.contains(measure) {
      report(measure)
      try workers.checkCanceled()
      let start = clock.now
      if Self.classifiers.contains(measure) {
        guard let train else {
          result.skipped[measure.rawValue] = "there are no training rows to learn from"
          continue
        }
        guard let bankLabels = train.labels else {
          result.skipped[measure.rawValue] = "no training row has a label"
          continue
        }
        guard let labels = test.labels else {
          result.skipped[measure.rawValue] = Self.withoutLabels
          continue
        }
        try classify(measure, test.rows, labels, bank: train.rows, bankLabels, workers, &result)
      } else if try !describe(measure, test, views: views, workers, &result) {
        continue
      }
      result.seconds[measure.rawValue] = (clock.now - start).seconds
    }
    return result
  }

  private static let withoutLabels = "no test row has a label"
  private static let classifiers: Set<Measure> = [.knn, .ridge, .logistic]

  /// Counts the test rows that no classifier can get right, and warns of them.
  private func noteUnseen(
    _ test: Embeddings, _ train: Embeddings?, _ result: inout RepresentationMeasures
  ) {
    guard !measures.isDisjoint(with: Self.classifiers), let labels = test.labels,
      let seen = train?.labels.map({ Set($0) })
    else { return }
    let unseen = labels.filter { $0 != unlabeled && !seen.contains($0) }
    guard !unseen.isEmpty else { return }
    result[.testUnseen] = Double(unseen.count)
    let names = Set(unseen).sorted().map(labelName)
    result.warnings = [
      "\(unseen.count) of \(labels.count) test rows have a label that no training row has "
        + "(\(names.prefix(10).joined(separator: ", "))\(names.count > 10 ? ", …" : "")): "
        + "classifiers cannot get them right"
    ]
  }

  /// The measures that learn from a bank.
  private func classify(
    _ measure: Measure, _ rows: Matrix, _ labels: [Int], bank: Matrix, _ bankLabels: [Int],
    _ workers: Workers, _ result: inout RepresentationMeasures
  ) throws(ContrastiveError) {
    switch measure {
    case .knn:
      var classifier = classifier
      classifier.zeroRows = zeroRows
      let ranks = try classifier.ranks(
        queries: rows, queryLabels: labels, bank: bank, bankLabels: bankLabels, workers: workers)
      (result[.knnAccuracy], result[.knnTop5]) = Self.accuracies(ranks)
      result[.k] = Double(min(classifier.k, bankLabels.count { $0 != unlabeled }))
      result[.temperature] = classifier.temperature
    case .ridge:
      let ranks = try ridge.fit(bank, labels: bankLabels, argument: "bank", workers: workers)
        .ranks(rows, labels: labels, argument: "queries", workers: workers)
      (result[.ridgeAccuracy], result[.ridgeTop5]) = Self.accuracies(ranks)
    case .logistic:
      let fit = try logistic.fit(bank, labels: bankLabels, argument: "bank", workers: workers)
      let ranks = try fit.classifier.ranks(
        rows, labels: labels, argument: "queries", workers: workers)
      (result[.logisticAccuracy], result[.logisticTop5]) = Self.accuracies(ranks)
      result[.logisticIterations] = Double(fit.iterations)
      result.isLogisticConverged = fit.isConverged
    default: break
    }
  }

  /// The share of labels that come first, and that are among the first five of more.
  private static func accuracies(_ ranks: LabelRanks) -> (first: Double, five: Double?) {
    (ranks.accuracy(top: 1), ranks.classes > 5 ? ranks.accuracy(top: 5) : nil)
  }

  /// The clusters asked for, or as many as there are labels; nil when collapsed rows have fewer.
  private func cluster(
    _ rows: Matrix, into labels: Int, _ workers: Workers
  ) throws(ContrastiveError) -> KMeansResult? {
    let options = try KMeans(
      metric: .spherical, iterations: 100, restarts: 5, seed: seed, zeroRows: zeroRows)
    do throws(ContrastiveError) {
      return try options.fit(
        rows, clusters: clusters ?? labels, argument: "embeddings", workers: workers)
    } catch {
      if clusters == nil, case .parameter("clusters", _, _) = error { return nil }
      // Kept rows of zeros have no direction, and here are all there is.
      if zeroRows == .keep, case .zeroNorm = error { return nil }
      throw error
    }
  }

  /// The measures of the test rows alone; false for one that there is nothing to measure by.
  private func describe(
    _ measure: Measure, _ test: Embeddings, views: Matrix?, _ workers: Workers,
    _ result: inout RepresentationMeasures
  ) throws(ContrastiveError) -> Bool {
    let rows = test.rows
    switch measure {
    case .clusters:
      guard let labels = test.labels else {
        result.skipped[measure.rawValue] = Self.withoutLabels
        return false
      }
      let classes = ClassPlaces(labels).classes.count
      guard let found = try cluster(rows, into: classes, workers) else {
        result.skipped[measure.rawValue] =
          "there are fewer distinct rows than the \(classes) labels"
        return false
      }
      let agreement = try ClusterAgreement(clusters: found.assignments, labels: labels)
      result[.clusters] = Double(found.centroids.rows)
      (result[.purity], result[.nmi]) = (agreement.purity, agreement.nmi)
      (result[.ami], result[.ari]) = (agreement.ami, agreement.ari)
      result[.clusterAccuracy] = agreement.accuracy
    case .alignment:
      if let views {
        result[.alignment] = try Alignment(zeroRows: zeroRows).value(rows, views)
      } else {
        result.skip(.alignment, "there is no other view of the test rows")
      }
      if let labels = test.labels {
        result[.classAlignment] = try Alignment.ofClasses(
          rows, labels: labels, zeroRows: zeroRows)
        if result[.classAlignment] == nil {
          result.skip(.classAlignment, "no two rows share a label")
        }
      } else {
        result.skip(.classAlignment, Self.withoutLabels)
      }
      return views != nil || test.labels != nil
    case .uniformity:
      guard rows.rows > 1 else {
        result.skipped[measure.rawValue] = "there is only one row"
        return false
      }
      result[.uniformity] = try Uniformity(zeroRows: zeroRows).value(of: rows, workers: workers)
    case .rank:
      let spectrum = try Spectrum(of: rows, workers: workers)
      let collapse = try Collapse(
        of: rows, spectrum: spectrum, zeroRows: zeroRows, workers: workers)
      (result[.effectiveRank], result[.rankMe]) = (spectrum.effectiveRank, spectrum.rankMe)
      (result[.rank], result[.spread]) = (Double(spectrum.rank), collapse.spread)
      result[.meanCosine] = collapse.meanCosine
      result.warnings = (result.warnings ?? []) + collapse.warnings
    case .neighbors:
      guard rows.rows > 1 else {
        result.skipped[measure.rawValue] = "there is only one row"
        return false
      }
      let graph = try NeighborTable(
        graphOf: rows.normalized(zeroRows: zeroRows).rows,
        k: max(1, min(graphNeighbors, rows.rows - 1)),
        workers: workers)
      let hubness = try Hubness(graph)
      result[.hubnessSkewness] = hubness.skewness
      result[.largestHub] = Double(hubness.largest)
      result[.orphanShare] = hubness.orphanShare
      if let labels = test.labels {
        let rate = try FalseNegativeRate(graph: graph, labels: labels)
        result[.falseNegativeRate] = rate.overall
        result[.nearestFalseNegativeRate] = rate.nearest
      } else {
        result.skip(.falseNegativeRate, Self.withoutLabels)
      }
    default: return false
    }
    return true
  }
}
