/// What `RepresentationEvaluation` found: `measures[.knnAccuracy]`, nil when it was not measured.
///
/// As JSON it is one flat object with a key for each quantity that was measured, and `skipped` for
/// what could not be.
package struct RepresentationMeasures: Codable, Sendable, Equatable {
  /// A number that can be measured; the raw value is its key in JSON.
  package enum Quantity: String, CaseIterable, Sendable {
    /// Rows measured and their dimension; rows that classifiers learned from.
    case testRows = "test_rows", dimension, trainRows = "train_rows"
    /// Rows excluded from accuracies and agreements, as they have no label; nil for none.
    case testUnlabeled = "test_unlabeled", trainUnlabeled = "train_unlabeled"
    /// Test rows with a label that no training row has, which no classifier can get right; nil for
    /// none.
    case testUnseen = "test_unseen"
    /// Shares of rows whose label is among a classifier's first five; nil with five classes or
    /// fewer.
    case knnTop5 = "knn_top5_accuracy", ridgeTop5 = "ridge_top5_accuracy"
    case logisticTop5 = "logistic_top5_accuracy"
    /// Accuracy of `WeightedKNN`; the neighbors that voted and the temperature of the vote.
    case knnAccuracy = "knn_accuracy", k, temperature
    /// Accuracy of `RidgeProbe`.
    case ridgeAccuracy = "ridge_accuracy"
    /// Accuracy of `LogisticProbe`, and the iterations it took.
    case logisticAccuracy = "logistic_accuracy", logisticIterations = "logistic_iterations"
    /// Clusters of k-means and their `ClusterAgreement` with the labels.
    case clusters, purity, nmi, ami, ari
    case clusterAccuracy = "cluster_accuracy"
    /// `Alignment` of two views, and of all pairs of a class.
    case alignment, classAlignment = "class_alignment"
    /// `Uniformity`.
    case uniformity
    /// `Spectrum`.
    case rank, effectiveRank = "effective_rank", rankMe = "rankme"
    /// `Collapse`.
    case spread, meanCosine = "mean_cosine"
    /// `Hubness`: skewness of the k-occurrences, occurrences of the largest hub, and the share of
    /// rows that are no row's neighbor.
    case hubnessSkewness = "hubness_skewness", largestHub = "largest_hub"
    case orphanShare = "orphan_share"
    /// `FalseNegativeRate` among random others and among the nearest.
    case falseNegativeRate = "false_negative_rate"
    case nearestFalseNegativeRate = "nearest_false_negative_rate"

    /// Whether it is a count.
    fileprivate var isCount: Bool {
      switch self {
      case .testRows, .dimension, .trainRows, .testUnlabeled, .trainUnlabeled,
        .testUnseen, .k, .logisticIterations, .clusters, .rank, .largestHub:
        true
      default: false
      }
    }
  }

  private var values: [Quantity: Double] = [:]
  /// Whether the logistic probe's iterations were enough.
  package internal(set) var isLogisticConverged: Bool?
  /// Signs of collapse and labels that were never seen, in words.
  package internal(set) var warnings: [String]?
  /// What was to be measured and could not be, by the raw value of the group or of the quantity,
  /// with the reason.
  package internal(set) var skipped: [String: String] = [:]
  /// Seconds each group of measures took, by its raw value.
  package internal(set) var seconds: [String: Double] = [:]

  init() {}

  /// A number, or nil when it was not measured.
  package internal(set) subscript(_ quantity: Quantity) -> Double? {
    get { values[quantity] }
    set { values[quantity] = newValue }
  }

  /// Notes why a quantity could not be measured.
  mutating func skip(_ quantity: Quantity, _ reason: String) {
    skipped[quantity.rawValue] = reason
  }

  /// Writes what was measured.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (quantity, value) in values {
      if quantity.isCount {
        try container.encode(Int(value), forKey: Key(quantity.rawValue))
      } else {
        try container.encode(value, forKey: Key(quantity.rawValue))
      }
    }
    try container.encodeIfPresent(isLogisticConverged, forKey: .isLogisticConverged)
    try container.encodeIfPresent(warnings, forKey: .warnings)
    if !skipped.isEmpty { try container.encode(skipped, forKey: .skipped) }
    try container.encode(seconds, forKey: .seconds)
  }

  /// Reads what was measured.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for quantity in Quantity.allCases {
      values[quantity] = try container.decodeIfPresent(
        Double.self, forKey: Key(quantity.rawValue))
    }
    isLogisticConverged = try container.decodeIfPresent(Bool.self, forKey: .isLogisticConverged)
    warnings = try container.decodeIfPresent([String].self, forKey: .warnings)
    skipped = try container.decodeIfPresent([String: String].self, forKey: .skipped) ?? [:]
    seconds = try container.decode([String: Double].self, forKey: .seconds)
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    static let isLogisticConverged = Key("logistic_converged")
    static let warnings = Key("warnings")
    static let skipped = Key("skipped")
    static let seconds = Key("seconds")

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}
