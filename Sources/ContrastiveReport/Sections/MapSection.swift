import Contrastive

extension ReportSection {
  /// The test images in the plane of their features' largest variance.
  static func map(
    _ features: RunFeatures, on sheet: inout PictureSheet, workers: Workers
  ) throws(ContrastiveError) -> ReportSection? {
    guard features.testRows.columns >= 2, features.testRows.rows >= 3 else { return nil }
    let components = try PrincipalComponents(of: features.testRows, count: 2, workers: workers)
    // Every so manyth image: a few thousand dots are as many as can be told apart.
    let step = max(1, features.testRows.rows / 2_000)
    let shown = Array(stride(from: 0, to: features.testRows.rows, by: step))
    let places = try components.coordinates(of: features.testRows.rows(at: shown))
    let labels = features.testLabels
    func group(_ name: String, _ color: String, of label: Int?) -> ScatterPlot.Group {
      ScatterPlot.Group(
        name: name, color: color,
        points: zip(shown, places).filter { labels?[$0.0] == label }.map { ($1[0], $1[1]) })
    }
    var groups = [group("\(features.testName) images", Palette.color(0), of: nil)]
    if labels != nil {
      // Below the others, so that these can be seen.
      groups = [group("without label", "var(--muted)", of: unlabeled)]
      groups += features.classes.enumerated().map { place, label in
        group(features.name(label), Palette.color(place), of: label)
      }
    }
    // Without labels the images themselves say what lies where.
    let pictures = labels == nil ? places.map { (x: $0[0], y: $0[1]) } : []
    let plot = ScatterPlot(title: "Map of the features", groups: groups).html(
      pictures: pictures
    ) { place, frame in
      sheet.picture(
        shown[place], of: features.test,
        text: features.name(of: shown[place], in: features.test), frame: frame)
    }
    let share = components.shares.reduce(0, +)
    return ReportSection(
      name: "map", title: "Map of the \(features.testName) images",
      contents: [
        plot,
        .element(
          "p", ["class": "subtitle"],
          text: "\(shown.count) \(features.testName) images by the two principal components of "
            + "their unit features, "
            + "which hold \(percent(share)) of the variance. A linear projection: what is far "
            + "apart here is far apart, but what is near may differ in other directions."),
      ])
  }
}
