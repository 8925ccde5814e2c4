/// An audit compared with labels: pairs of one label are the false negatives there are.
public struct LabeledAudit: Sendable {
  /// Precision and recall of a selection.
  public struct Quality: Sendable, Equatable {
    /// Of what is selected, the share that is a false negative.
    public let precision: Double
    /// Of all false negatives, the share that is selected.
    public let recall: Double
  }

  /// A kind of evidence.
  public enum Evidence: String, CaseIterable, Sendable {
    case maximum, mean, similarity, neighbors, clusters, confidence
  }

  /// The share of the false negatives, and of the gradient that they bear.
  public let share: NegativeAuditResult.Share
  /// Precision and recall over thresholds of the cosine, among all pairs.
  public let cosine: PrecisionRecall
  /// Precision and recall of each row's k most similar, for each k asked for.
  public let topK: [(k: Int, quality: Quality)]
  /// Precision and recall of the suspected candidates.
  public let suspected: Quality
  /// Precision and recall over thresholds of each kind of evidence, among the candidates.
  public let evidence: [(evidence: Evidence, curve: PrecisionRecall)]
  /// Candidates by confidence in tenths: how many, and the share that is a false negative.
  public let calibration: [(count: Int, precision: Double)]

  init(
    labels: [Int32], share: NegativeAuditResult.Share, candidates: AuditCandidates,
    isSuspected: [Bool], all: [Int], same: [Int], neighbors: [Int]
  ) {
    self.share = share
    cosine = PrecisionRecall(found: all, true: same, lowerEdge: GroupSimilarityReader.lowerEdge)
    let k = candidates.k
    let isTrue = candidates.columns.enumerated().map { place, column in
      labels[place / k] == labels[Int(column)]
    }
    let existing = max(1, same.reduce(0, +))
    func quality(_ selects: (Int) -> Bool) -> Quality {
      var (selected, right) = (0, 0)
      for place in isTrue.indices where selects(place) {
        selected += 1
        right += isTrue[place] ? 1 : 0
      }
      return Quality(
        precision: Double(right) / Double(max(1, selected)),
        recall: Double(right) / Double(existing))
    }
    topK = neighbors.map { count in (count, quality { $0 % k < count }) }
    suspected = quality { isSuspected[$0] }
    evidence = Evidence.allCases.map { kind in
      var (found, right) = (
        [Int](repeating: 0, count: GroupSimilarityReader.bins), [Int](repeating: 0, count: GroupSimilarityReader.bins)
      )
      for (place, value) in candidates.values(of: kind).enumerated() {
        let bin = GroupSimilarityReader.bin(of: Double(value))
        found[bin] += 1
        right[bin] += isTrue[place] ? 1 : 0
      }
      return (
        kind, PrecisionRecall(found: found, true: right, lowerEdge: GroupSimilarityReader.lowerEdge)
      )
    }
    var tenths = [(count: Int, right: Int)](repeating: (0, 0), count: 10)
    for (place, value) in candidates.confidence.enumerated() {
      let tenth = min(9, max(0, Int(value * 10)))
      tenths[tenth].count += 1
      tenths[tenth].right += isTrue[place] ? 1 : 0
    }
    calibration = tenths.map { ($0.count, Double($0.right) / Double(max(1, $0.count))) }
  }
}

extension AuditCandidates {
  /// One kind of evidence of all candidates.
  func values(of kind: LabeledAudit.Evidence) -> [Float] {
    switch kind {
    case .maximum: maximum
    case .mean: mean
    case .similarity: similarity
    case .neighbors: neighbors
    case .clusters: clusters
    case .confidence: confidence
    }
  }
}
