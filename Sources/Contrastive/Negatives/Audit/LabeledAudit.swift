/// An audit compared with labels: pairs of one label are the false negatives there are.
///
/// Of a selection, the precision is the share of it that is a false negative, and the recall is the
/// share of all false negatives that it has. Pairs with a row that has no label (−1) do not count.
package struct LabeledAudit: Sendable {
  /// The share of the false negatives, and of the gradient that they bear.
  package let share: NegativeAuditResult.Share
  /// Precision and recall over thresholds of the cosine, among all pairs.
  package let cosine: PrecisionRecall
  /// Precision and recall of each row's k most similar, for each k asked for.
  package let topK: [(k: Int, precision: Double, recall: Double)]
  /// Precision and recall of the suspected candidates.
  package let suspected: (precision: Double, recall: Double)
  /// Precision and recall over thresholds of each kind of evidence, among the candidates.
  package let evidence: [(evidence: AuditCandidates.Evidence, curve: PrecisionRecall)]
  /// Candidates by confidence in tenths: how many, and the share that is a false negative.
  package let calibration: [(count: Int, precision: Double)]

  init(
    labels: AuditLabels, share: NegativeAuditResult.Share, candidates: AuditCandidates,
    isSuspected: [Bool], all: [Int], same: [Int], neighbors: [Int]
  ) {
    self.share = share
    cosine = PrecisionRecall(found: all, true: same, lowerEdge: GroupSimilarityReader.lowerEdge)
    let k = candidates.k
    let counted = candidates.columns.indices.filter {
      labels.isKnown($0 / k) && labels.isKnown(Int(candidates.columns[$0]))
    }
    let isTrue = candidates.columns.enumerated().map { place, column in
      labels.groups[place / k] == labels.groups[Int(column)]
    }
    let existing = max(1, same.reduce(0, +))
    func quality(_ selects: (Int) -> Bool) -> (precision: Double, recall: Double) {
      var (selected, right) = (0, 0)
      for place in counted where selects(place) {
        selected += 1
        right += isTrue[place] ? 1 : 0
      }
      return (Double(right) / Double(max(1, selected)), Double(right) / Double(existing))
    }
    topK = neighbors.map { count in
      let found = quality { $0 % k < count }
      return (count, found.precision, found.recall)
    }
    suspected = quality { isSuspected[$0] }
    evidence = AuditCandidates.Evidence.allCases.map { kind in
      var (found, right) = (
        [Int](repeating: 0, count: GroupSimilarityReader.bins),
        [Int](repeating: 0, count: GroupSimilarityReader.bins)
      )
      let values = candidates.values(of: kind)
      for place in counted {
        let bin = GroupSimilarityReader.bin(of: Double(values[place]))
        found[bin] += 1
        right[bin] += isTrue[place] ? 1 : 0
      }
      return (
        kind, PrecisionRecall(found: found, true: right, lowerEdge: GroupSimilarityReader.lowerEdge)
      )
    }
    var tenths = [(count: Int, right: Int)](repeating: (0, 0), count: 10)
    let confidence = candidates.values(of: .confidence)
    for place in counted {
      let tenth = min(9, max(0, Int(confidence[place] * 10)))
      tenths[tenth].count += 1
      tenths[tenth].right += isTrue[place] ? 1 : 0
    }
    calibration = tenths.map { ($0.count, Double($0.right) / Double(max(1, $0.count))) }
  }
}
