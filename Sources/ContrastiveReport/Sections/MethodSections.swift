import Contrastive
import ContrastiveTraining

extension ReportSection {
  /// The boxes that crops are drawn from, on their images.
  static func crops(
    _ features: RunFeatures, _ artifacts: RunArtifacts?, on sheet: inout PictureSheet
  ) -> ReportSection? {
    guard let crops = artifacts?.crops, !crops.isEmpty else { return nil }
    let frames = crops.prefix(32).map { image, box in
      let name = features.name(of: image, in: features.train)
      let rectangle = HTML.element(
        "rect",
        [
          "x": svg(Double(box[1]) * 100), "y": svg(Double(box[0]) * 100),
          "width": svg(Double(box[3]) * 100), "height": svg(Double(box[2]) * 100),
        ])
      return HTML.element(
        "div", ["class": "frame"],
        [
          sheet.picture(
            image, of: features.train, text: "training image \(image): \(name), with its box"),
          .element(
            "svg",
            [
              "class": "box", "viewBox": "0 0 100 100", "preserveAspectRatio": "none",
              "aria-hidden": "true",
            ], [rectangle]),
        ])
    }
    return ReportSection(
      name: "crops", title: "Boxes that crops are drawn from",
      contents: [
        .paragraph(
          "The encoder's own heat map decides where the content of an image is (ContrastiveCrop)."),
        .element("div", ["class": "frames"], frames),
      ])
  }

  /// Images found to show the same as an anchor: by the method, or by a search of the same kind.
  static func falseNegatives(
    _ features: RunFeatures, _ artifacts: RunArtifacts?, on sheet: inout PictureSheet,
    workers: Workers
  ) throws(ContrastiveError) -> ReportSection? {
    guard let labels = features.trainLabels else { return nil }
    let own = artifacts?.falseNegatives
    let all = if let own { own } else { try features.falseNegatives(workers: workers) }
    let found = all.filter { !$0.found.isEmpty }
    guard !found.isEmpty else { return nil }
    let pairs: [Bool?] = found.flatMap { anchor, others in
      others.map { features.isRight($0, for: labels[anchor]) }
    }
    let strips = found.prefix(12).map { anchor, others in
      strip(
        title: features.name(of: anchor, in: features.train),
        own: sheet.picture(
          anchor, of: features.train,
          text: "anchor \(anchor): \(features.name(of: anchor, in: features.train))"),
        others: others.prefix(8).map { ($0, features.isRight($0, for: labels[anchor]), "found") },
        of: features, on: &sheet)
    }
    let source =
      own != nil
      ? "What the method took for false negatives of an anchor (left) in a batch."
      : "This method looks for none; these are the \(RunFeatures.mostFalseNegatives) images most "
        + "like an anchor (left) among \(RunFeatures.imagesSearched) training images, as negatives "
        + "of a batch may be."
    let known = pairs.compactMap(\.self)
    var verdict = ""
    if !known.isEmpty {
      verdict +=
        " \(percent(Double(known.count { $0 }) / Double(known.count))) of \(known.count) are of "
        + "its class, and so are false negatives by the labels."
    }
    if known.count < pairs.count {
      verdict +=
        " Pairs with an image without label are not counted: \(pairs.count - known.count)."
    }
    return ReportSection(
      name: "false-negatives", title: "False negatives found",
      contents: [
        .paragraph(source + verdict), .element("div", ["class": "strips"], strips),
      ])
  }
}

extension RunFeatures {
  /// The first training images, among which false negatives are searched.
  static let imagesSearched = 1_024
  /// Images found for each.
  static let mostFalseNegatives = 8

  /// Images whose features are most like those of others.
  fileprivate func falseNegatives(
    workers: Workers
  ) throws(ContrastiveError) -> [(anchor: Int, found: [Int])] {
    let rows = trainRows.rows(0..<min(Self.imagesSearched, trainRows.rows))
    let search = try FalseNegatives(topK: Self.mostFalseNegatives, threshold: nil)
    return try search.find(support: rows, views: 1, among: rows, workers: workers)
      .enumerated().map { (anchor: $0, found: $1) }
  }
}
