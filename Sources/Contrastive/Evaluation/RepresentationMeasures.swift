/// What `RepresentationEvaluation` found; what was not measured is nil.
public struct RepresentationMeasures: Codable, Sendable, Equatable {
  /// Rows measured.
  public var testRows: Int
  /// Their dimension.
  public var dimension: Int
  /// Rows that classifiers learned from.
  public var trainRows: Int?

  /// Accuracy of the weighted vote.
  public var knnAccuracy: Double?
  /// Neighbors that voted.
  public var k: Int?
  /// Temperature of the vote.
  public var temperature: Double?
  /// Accuracy of the ridge probe.
  public var ridgeAccuracy: Double?
  /// Accuracy of the logistic probe.
  public var logisticAccuracy: Double?
  /// Iterations it took.
  public var logisticIterations: Int?
  /// Whether they were enough.
  public var isLogisticConverged: Bool?

  /// Clusters of k-means.
  public var clusters: Int?
  /// See `ClusterAgreement`.
  public var purity: Double?
  /// See `ClusterAgreement`.
  public var nmi: Double?
  /// See `ClusterAgreement`.
  public var ami: Double?
  /// See `ClusterAgreement`.
  public var ari: Double?

  /// Alignment of two views.
  public var alignment: Double?
  /// Alignment of all pairs of a class.
  public var classAlignment: Double?
  /// Uniformity.
  public var uniformity: Double?

  /// Singular values above rounding.
  public var rank: Int?
  /// Effective rank.
  public var effectiveRank: Double?
  /// RankMe.
  public var rankMe: Double?
  /// √D · mean deviation of unit rows.
  public var spread: Double?
  /// Mean cosine of two rows.
  public var meanCosine: Double?
  /// Signs of collapse.
  public var warnings: [String]?

  /// Skewness of the k-occurrences.
  public var hubnessSkewness: Double?
  /// Occurrences of the largest hub.
  public var largestHub: Int?
  /// Share of rows that are nobody's neighbor.
  public var orphanShare: Double?
  /// False negatives among random others.
  public var falseNegativeRate: Double?
  /// False negatives among the nearest others.
  public var nearestFalseNegativeRate: Double?

  /// Seconds each group of measures took.
  public var seconds: [String: Double] = [:]

  /// Nothing measured yet.
  init(testRows: Int, dimension: Int, trainRows: Int?) {
    self.testRows = testRows
    self.dimension = dimension
    self.trainRows = trainRows
  }

  enum CodingKeys: String, CodingKey {
    case testRows = "test_rows"
    case dimension
    case trainRows = "train_rows"
    case knnAccuracy = "knn_accuracy"
    case k, temperature
    case ridgeAccuracy = "ridge_accuracy"
    case logisticAccuracy = "logistic_accuracy"
    case logisticIterations = "logistic_iterations"
    case isLogisticConverged = "logistic_converged"
    case clusters, purity, nmi, ami, ari, alignment
    case classAlignment = "class_alignment"
    case uniformity, rank
    case effectiveRank = "effective_rank"
    case rankMe = "rankme"
    case spread
    case meanCosine = "mean_cosine"
    case warnings
    case hubnessSkewness = "hubness_skewness"
    case largestHub = "largest_hub"
    case orphanShare = "orphan_share"
    case falseNegativeRate = "false_negative_rate"
    case nearestFalseNegativeRate = "nearest_false_negative_rate"
    case seconds
  }
}
