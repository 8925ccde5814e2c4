import Contrastive

/// The measures of a representation as lines for people.
struct MeasureTable {
  let lines: [String]

  init(_ measures: RepresentationMeasures) {
    var lines: [String] = []
    func add(_ name: String, _ value: String?) {
      guard let value else { return }
      lines.append(padded(name, 32) + value)
    }
    for (name, quantity) in [
      ("test rows without label", RepresentationMeasures.Quantity.testUnlabeled),
      ("training rows without label", .trainUnlabeled),
    ] {
      add(name, measures[quantity].map { "\(Int($0)), excluded from scores" })
    }
    func accuracy(_ first: Double?, _ five: Double?) -> String? {
      first.map { percent($0) + (five.map { ", top 5 \(percent($0))" } ?? "") }
    }
    add("kNN accuracy", accuracy(measures[.knnAccuracy], measures[.knnTop5]))
    add("ridge probe", accuracy(measures[.ridgeAccuracy], measures[.ridgeTop5]))
    add(
      "logistic probe",
      accuracy(measures[.logisticAccuracy], measures[.logisticTop5]).map {
        $0 + (measures.isLogisticConverged == false ? " (not converged)" : "")
      })
    add("cluster purity", measures[.purity].map(percent))
    add("cluster accuracy (Hungarian)", measures[.clusterAccuracy].map(percent))
    add("cluster NMI, AMI", Self.pair(measures[.nmi], measures[.ami]))
    add("cluster ARI", measures[.ari].map { fixed($0, 4) })
    add("alignment (views)", measures[.alignment].map { fixed($0, 4) })
    add("alignment (classes)", measures[.classAlignment].map { fixed($0, 4) })
    add("uniformity", measures[.uniformity].map { fixed($0, 4) })
    add(
      "effective rank, RankMe",
      Self.pair(measures[.effectiveRank], measures[.rankMe], digits: 1).map {
        "\($0) of \(Int(measures[.dimension] ?? 0))"
      })
    add("hubness (skewness)", measures[.hubnessSkewness].map { fixed($0, 3) })
    add("false negatives, random", measures[.falseNegativeRate].map(percent))
    add("false negatives, nearest", measures[.nearestFalseNegativeRate].map(percent))
    for (name, reason) in measures.skipped.sorted(by: { $0.key < $1.key }) {
      add("skipped \(name)", reason)
    }
    for warning in measures.warnings ?? [] { lines.append("warning: \(warning)") }
    self.lines = lines
  }

  private static func pair(_ a: Double?, _ b: Double?, digits: Int = 4) -> String? {
    guard let a, let b else { return nil }
    return "\(fixed(a, digits)), \(fixed(b, digits))"
  }
}
