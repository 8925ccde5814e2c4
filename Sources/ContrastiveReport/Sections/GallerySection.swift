import Contrastive
import ContrastiveTraining

extension ReportSection {
  /// A test image of each class, or without labels a few, with their nearest training images.
  static func gallery(
    _ features: RunFeatures, on sheet: inout PictureSheet, workers: Workers
  ) throws(ContrastiveError) -> ReportSection? {
    let labels = features.testLabels
    let chosen =
      labels.map { labels in
        features.classes.prefix(12).compactMap { label in labels.firstIndex { $0 == label } }
      } ?? spread(12, of: features.test.count)
    guard !chosen.isEmpty else { return nil }
    // An image is not its own neighbor.
    let extra = features.isTestedOnTraining ? 1 : 0
    let neighbors = try NeighborTable(
      nearestTo: features.testRows.rows(at: chosen), in: features.trainRows,
      k: min(8 + extra, features.trainRows.rows), workers: workers)
    let strips = chosen.enumerated().map { row, image in
      let others = neighbors.indices(of: row).enumerated()
        .filter { extra == 0 || $1 != image }.prefix(8)
      return strip(
        title: features.name(of: image, in: features.test),
        own: sheet.picture(
          image, of: features.test,
          text: "\(features.testName) image \(image): "
            + features.name(of: image, in: features.test)),
        others: others.map { place, other in
          (
            other, features.isRight(other, for: labels?[image]),
            "cosine \(fixed(Double(neighbors.similarities[row, place]), 3))"
          )
        }, of: features, on: &sheet)
    }
    let which =
      labels == nil
      ? "Some \(features.testName) images, each"
      : "The first \(features.testName) image of each class"
    let meaning = labels == nil ? "" : marks("the same class", of: features)
    return ReportSection(
      name: "gallery", title: "Nearest neighbors",
      contents: [
        .paragraph(
          "\(which) (left) and the training images whose features are nearest to it." + meaning),
        .element("div", ["class": "strips"], strips),
      ])
  }

  /// Numbers below a bound, evenly apart.
  static func spread(_ count: Int, of bound: Int) -> [Int] {
    let count = min(count, bound)
    return (0..<count).map { $0 * bound / count }
  }

  /// What the marks of a strip mean, a tick the given; nothing where no training image has a label.
  static func marks(_ tick: String, of features: RunFeatures) -> String {
    guard let labels = features.trainLabels else { return "" }
    return " A tick and a solid frame: \(tick); a cross and a dashed frame: another"
      + (labels.contains(unlabeled) ? "; no mark: no label." : ".")
  }

  /// An image and others, marked as of its class or not; unmarked where that is not known.
  static func strip(
    title: String, own: HTML?, others: [(image: Int, isRight: Bool?, note: String)],
    of features: RunFeatures, on sheet: inout PictureSheet
  ) -> HTML {
    let first = own.map { HTML.element("div", ["class": "own"], [$0]) }
    let rest = others.map { image, isRight, note in
      let name = features.name(of: image, in: features.train)
      let text = "training image \(image): \(name), \(note)"
      let picture = sheet.picture(image, of: features.train, text: text)
      guard let isRight else { return HTML.element("div", [:], [picture]) }
      return HTML.element(
        "div", ["class": isRight ? "good" : "bad"],
        [picture, .element("span", ["aria-hidden": "true"], text: isRight ? "✓" : "✗")])
    }
    return .element(
      "div", ["class": "strip"],
      [.element("h3", text: title)] + [first].compactMap(\.self) + rest)
  }
}
