import Contrastive
import ContrastiveTraining

extension ReportSection {
  /// A few test images of each class with their nearest training images.
  static func gallery(_ features: RunFeatures, workers: Workers) throws(ContrastiveError)
    -> ReportSection?
  {
    guard let labels = features.test.labels else { return nil }
    let chosen = features.classes.prefix(12).compactMap { labels.firstIndex(of: $0) }
    guard !chosen.isEmpty else { return nil }
    let neighbors = try NeighborTable(
      nearestTo: features.testRows.rows(at: chosen), in: features.trainRows,
      k: min(8, features.trainRows.rows), workers: workers)
    let strips = chosen.enumerated().map { row, image in
      strip(
        title: features.name(of: image, in: features.test),
        own: features.test.thumbnail(
          image, text: "test image \(image): \(features.name(of: image, in: features.test))"),
        others: neighbors.indices(of: row).enumerated().map { place, other in
          let isRight = features.train.labels.map { $0[other] == labels[image] } ?? false
          return (
            other, isRight,
            "cosine \(fixed(Double(neighbors.similarities[row, place]), 3))"
          )
        }, of: features)
    }
    return ReportSection(
      name: "gallery", title: "Nearest neighbors",
      contents: [
        .paragraph(
          "The first test image of each class (left) and the training images whose features are "
            + "nearest to it. A tick and a solid frame: the same class; a cross and a dashed frame: "
            + "another."),
        .element("div", ["class": "strips"], strips),
      ])
  }

  /// An image and others, marked as of its class or not.
  static func strip(
    title: String, own: HTML?, others: [(image: Int, isRight: Bool, note: String)],
    of features: RunFeatures
  ) -> HTML {
    let first = own.map { HTML.element("div", ["class": "own"], [$0]) }
    let rest = others.map { image, isRight, note in
      let name = features.name(of: image, in: features.train)
      let text = "training image \(image): \(name), \(note)"
      return HTML.element(
        "div", ["class": isRight ? "good" : "bad", "title": text],
        [
          features.train.thumbnail(image, text: text),
          .element("span", ["aria-hidden": "true"], text: isRight ? "✓" : "✗"),
        ])
    }
    return .element(
      "div", ["class": "strip"],
      [.element("h3", text: title)] + [first].compactMap(\.self) + rest)
  }
}
