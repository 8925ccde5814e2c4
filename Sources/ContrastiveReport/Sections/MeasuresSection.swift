import Contrastive

extension ReportSection {
  /// Every measure of the features, with what it means.
  static func measures(_ features: RunFeatures) -> ReportSection {
    let rows = MeasureLine.all(features.measures).map { line in
      [.all([.text(line.name), .element("small", text: line.meaning)]), HTML.text(line.value)]
    }
    return ReportSection(
      name: "measures", title: "Measures of the features",
      contents: [
        .paragraph(
          "On \(features.test.count) \(features.testName) images"
            + (features.isTestedOnTraining
              ? "." : "; classifiers learn from \(features.train.count) training images.")),
        .element(
          "div", ["class": "values"],
          [.table(caption: "Measures", headings: ["measure", "value"], rows: rows)]),
      ])
  }
}

/// One measure, in words.
struct MeasureLine: Sendable {
  let name: String
  let value: String
  let meaning: String

  /// Those that were measured.
  static func all(_ measures: RepresentationMeasures) -> [MeasureLine] {
    func share(_ value: Double?) -> String? { value.map { percent($0, digits: 2) } }
    func number(_ value: Double?, _ digits: Int = 3) -> String? { value.map { fixed($0, digits) } }
    let lines: [(String, String?, String)] = [
      (
        "test images without label", number(measures[.testUnlabeled], 0),
        "excluded from accuracies and clusters"
      ),
      (
        "training images without label", number(measures[.trainUnlabeled], 0), "they have no vote"
      ),
      (
        "test images of an unseen class", number(measures[.testUnseen], 0),
        "which no training image has"
      ),
      ("weighted kNN", share(measures[.knnAccuracy]), "test images whose neighbors vote right"),
      ("weighted kNN, top 5", share(measures[.knnTop5]), "whose class is among the first five"),
      ("ridge probe", share(measures[.ridgeAccuracy]), "linear classifier in closed form"),
      ("logistic probe", share(measures[.logisticAccuracy]), "linear classifier, logistic loss"),
      ("cluster purity", share(measures[.purity]), "test images of their cluster's main class"),
      (
        "cluster accuracy", share(measures[.clusterAccuracy]),
        "of clusters as classes, in the best one-to-one matching"
      ),
      ("NMI", number(measures[.nmi]), "information clusters give on classes, 0 to 1"),
      ("AMI", number(measures[.ami]), "the same less what chance gives, 0 by chance"),
      ("ARI", number(measures[.ari]), "agreement on pairs, 0 by chance"),
      (
        "alignment", number(measures[.alignment]),
        "mean squared distance of two views of an image; 0 is perfect"
      ),
      (
        "class alignment", number(measures[.classAlignment]),
        "mean squared distance of two images of a class"
      ),
      (
        "uniformity", number(measures[.uniformity]),
        "the lower, the more evenly spread; 0 is a point"
      ),
      (
        "effective rank", number(measures[.effectiveRank], 1),
        "dimensions in use, of \(Int(measures[.dimension] ?? 0))"
      ), ("RankMe", number(measures[.rankMe], 1), "the same with the paper's ε"),
      ("spread", number(measures[.spread]), "1 is even on the sphere, 0 is collapse"),
      ("mean cosine", number(measures[.meanCosine]), "of two images"),
      (
        "hubness", number(measures[.hubnessSkewness]),
        "skewness of how often an image is a neighbor; 0 is even"
      ),
      (
        "false negatives, random", share(measures[.falseNegativeRate]),
        "of a random other image: it has the same class"
      ),
      (
        "false negatives, nearest", share(measures[.nearestFalseNegativeRate]),
        "of the nearest others: the hardest negatives"
      ),
    ]
    return lines.compactMap { name, value, meaning in
      value.map { MeasureLine(name: name, value: $0, meaning: meaning) }
    }
  }
}
