/// Every measure of a representation at once, from embeddings and labels.
///
/// What is given decides what is measured: a bank with labels for classifiers, labels of the
/// queries for clusters and false negatives, a second view for the alignment.
public struct RepresentationEvaluation: Sendable {
  /// A group of measures.
  public enum Measure: String, CaseIterable, Sendable {
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
  public var measures = Set(Measure.allCases)
  /// The vote.
  public var classifier: WeightedKNN
  /// The closed-form probe.
  public var ridge: RidgeProbe
  /// The logistic probe.
  public var logistic: LogisticProbe
  /// Clusters of k-means; as many as there are labels when nil.
  public var clusters: Int?
  /// Neighbors of each row for hubness and false negatives; all others when there are fewer.
  public var graphNeighbors = 10
  /// Of k-means.
  public var seed: UInt64 = 0

  /// All measures, with the papers' defaults.
  ///
  /// - Throws: nothing that its defaults could cause.
  public init() throws(ContrastiveError) {
    classifier = try WeightedKNN()
    ridge = try RidgeProbe()
    logistic = try LogisticProbe()
  }

  /// Embeddings with or without labels.
  public struct Embeddings: Sendable {
    /// [N × D].
    public let rows: Matrix
    /// N labels, or nil.
    public let labels: [Int64]?

    /// Rows and their labels.
    ///
    /// - Parameters:
    ///   - rows: [N × D].
    ///   - labels: N labels, or nil.
    ///   - name: the labels' name, for errors.
    /// - Throws: `ContrastiveError.shape` for labels of another number.
    public init(
      _ rows: Matrix, labels: [Int64]?, named name: String = "labels"
    ) throws(ContrastiveError) {
      if let labels { try requireLabels(labels, of: rows, named: name) }
      self.rows = rows
      self.labels = labels
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
  /// - Throws: `ContrastiveError` as the measures.
  public func run(
    test: Embeddings, train: Embeddings? = nil, views: Matrix? = nil, workers: Workers = .all,
    report: (Measure) -> Void = { _ in }
  ) throws(ContrastiveError) -> RepresentationMeasures {
    var result = RepresentationMeasures(
      testRows: test.rows.rows, dimension: test.rows.columns, trainRows: train?.rows.rows)
    let clock = ContinuousClock()
    for measure in Measure.allCases where measures.contains(measure) {
      report(measure)
      let start = clock.now
      let isDone =
        if let train, let bankLabels = train.labels, let labels = test.labels {
          try classify(
            measure, test.rows, labels, bank: train.rows, bankLabels, workers, &result)
        } else {
          false
        }
      let isDescribed = try describe(measure, test, views: views, workers, &result)
      guard isDone || isDescribed else { continue }
      let elapsed = (clock.now - start).components
      result.seconds[measure.rawValue] =
        Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
    return result
  }

  /// The measures that learn from a bank.
  private func classify(
    _ measure: Measure, _ rows: Matrix, _ labels: [Int64], bank: Matrix, _ bankLabels: [Int64],
    _ workers: Workers, _ result: inout RepresentationMeasures
  ) throws(ContrastiveError) -> Bool {
    switch measure {
    case .knn:
      result.knnAccuracy = try classifier.accuracy(
        queries: rows, queryLabels: labels, bank: bank, bankLabels: bankLabels, workers: workers)
      result.k = min(classifier.k, bank.rows)
      result.temperature = classifier.temperature
    case .ridge:
      result.ridgeAccuracy = try ridge.fit(bank, labels: bankLabels, workers: workers)
        .accuracy(rows, labels: labels, workers: workers)
    case .logistic:
      let fit = try logistic.fit(bank, labels: bankLabels, workers: workers)
      result.logisticAccuracy = try fit.classifier.accuracy(rows, labels: labels, workers: workers)
      result.logisticIterations = fit.iterations
      result.isLogisticConverged = fit.isConverged
    default: return false
    }
    return true
  }

  /// The clusters asked for, or as many as there are labels; nil when collapsed rows have fewer.
  private func cluster(
    _ rows: Matrix, into labels: Int, _ workers: Workers
  ) throws(ContrastiveError) -> KMeansResult? {
    let options = try KMeans(
      clusters: clusters ?? labels, metric: .spherical, iterations: 100, restarts: 5, seed: seed)
    do throws(ContrastiveError) {
      return try options.fit(rows, argument: "embeddings", workers: workers)
    } catch {
      if clusters == nil, case .parameter("clusters", _, _) = error { return nil }
      throw error
    }
  }

  /// The measures of the test rows alone.
  private func describe(
    _ measure: Measure, _ test: Embeddings, views: Matrix?, _ workers: Workers,
    _ result: inout RepresentationMeasures
  ) throws(ContrastiveError) -> Bool {
    let rows = test.rows
    switch measure {
    case .clusters:
      guard let labels = test.labels else { return false }
      guard let found = try cluster(rows, into: Set(labels).count, workers) else { return false }
      let agreement = ClusterAgreement(
        try Contingency(clusters: found.assignments.map(Int64.init), labels: labels))
      result.clusters = found.centroids.rows
      (result.purity, result.nmi) = (agreement.purity, agreement.nmi)
      (result.ami, result.ari) = (agreement.ami, agreement.ari)
    case .alignment:
      if let views { result.alignment = try Alignment().value(rows, views) }
      if let labels = test.labels {
        result.classAlignment = try Alignment.ofClasses(rows, labels: labels)
      }
      return views != nil || test.labels != nil
    case .uniformity:
      guard rows.rows > 1 else { return false }
      result.uniformity = try Uniformity().value(of: rows, workers: workers)
    case .rank:
      let spectrum = try Spectrum(of: rows, workers: workers)
      let collapse = try Collapse(of: rows, spectrum: spectrum, workers: workers)
      (result.effectiveRank, result.rankMe) = (spectrum.effectiveRank, spectrum.rankMe)
      (result.rank, result.spread) = (spectrum.rank, collapse.spread)
      result.meanCosine = collapse.meanCosine
      result.warnings = collapse.warnings
    case .neighbors:
      guard rows.rows > 1 else { return false }
      let graph = try NeighborTable(
        graphOf: rows.normalized().rows, k: max(1, min(graphNeighbors, rows.rows - 1)),
        workers: workers)
      let hubness = try Hubness(graph)
      result.hubnessSkewness = hubness.skewness
      (result.largestHub, result.orphanShare) = (hubness.largest, hubness.orphanShare)
      if let labels = test.labels {
        let rate = try FalseNegativeRate(graph: graph, labels: labels)
        (result.falseNegativeRate, result.nearestFalseNegativeRate) = (rate.overall, rate.nearest)
      }
    default: return false
    }
    return true
  }
}
