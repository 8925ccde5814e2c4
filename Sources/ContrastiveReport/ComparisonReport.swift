import Contrastive

/// The report of several runs side by side.
public struct ComparisonReport: Sendable {
  /// The page.
  public let page: Page

  /// Puts the comparison together.
  ///
  /// - Parameters:
  ///   - runs: two or more runs, each with its encoder at work, or nil where that is not to be had.
  ///   - notes: what the reader should know.
  public init(_ runs: [(run: RunRecord, features: RunFeatures?)], notes: [String] = []) {
    let names = RunRecord.names(runs.map(\.run))
    let sections: [ReportSection?] = [
      Self.results(runs, names, notes), Self.curves(runs.map(\.run), names),
      Self.measures(runs, names), Self.differences(runs.map(\.run), names),
    ]
    page = Page(
      title: "Comparison of \(runs.count) runs", subtitle: names.joined(separator: " · "),
      sections: sections.compactMap(\.self))
  }

  private static func results(
    _ runs: [(run: RunRecord, features: RunFeatures?)], _ names: [String], _ notes: [String]
  ) -> ReportSection {
    let best = runs.compactMap(\.run.accuracy).max()
    let rows = zip(runs, names).map { entry, name in
      let run = entry.run
      let accuracy = run.accuracy.map { percent($0, digits: 2) } ?? "–"
      let gain = run.accuracy.flatMap { a in run.randomAccuracy.map { a - $0 } }
      let isBest = run.accuracy != nil && run.accuracy == best
      return [
        HTML.text(name), .text(run.method), .text("\(run.epochs.count)"),
        .element(isBest ? "strong" : "span", text: accuracy + (isBest ? " (best)" : "")),
        .text(gain.map { fixed(100 * $0, 2) } ?? "–"),
        .text(run.outcome("seconds").map(duration) ?? "not finished"),
      ]
    }
    let warnings = zip(runs, names).flatMap { entry, name in
      entry.run.warnings.map { "\(name), in \($0.epochs.count) epochs: \($0.text)." }
    }
    return ReportSection(
      name: "results", title: "Results",
      contents: ReportSection.notes(notes + warnings) + [
        .table(
          caption: "kNN accuracy on the test images",
          headings: ["run", "method", "epochs", "kNN accuracy", "points gained", "time"],
          rows: rows)
      ])
  }

  private static func curves(_ runs: [RunRecord], _ names: [String]) -> ReportSection? {
    var levels: [LineChart.Level] = []
    // Baselines that the runs share are drawn once.
    for (name, color, values) in [
      ("raw pixels", "var(--second)", runs.compactMap(\.pixelAccuracy)),
      (
        Set(runs.map(\.startName)).count == 1 ? runs[0].startName : "encoder before training",
        "var(--third)", runs.compactMap(\.randomAccuracy)
      ),
    ] where Set(values).count == 1 {
      levels.append(LineChart.Level(name: name, color: color, value: values[0]))
    }
    return ReportSection.curves(
      [
        LineChart(
          title: "kNN accuracy on the test images", unit: "%",
          lines: LineChart.lines("knn_accuracy", of: runs, names), levels: levels),
        LineChart(title: "Loss", lines: LineChart.lines("loss", of: runs, names)),
      ],
      above: [
        .element(
          "p", ["class": "subtitle"],
          text: "Losses of different methods or temperatures are not comparable; accuracies are.")
      ])
  }

  private static func measures(
    _ runs: [(run: RunRecord, features: RunFeatures?)], _ names: [String]
  ) -> ReportSection? {
    let tables = runs.map { $0.features.map { MeasureLine.all($0.measures) } ?? [] }
    var order: [String] = []
    for line in tables.joined() where !order.contains(line.name) { order.append(line.name) }
    guard !order.isEmpty else { return nil }
    let rows = order.map { name in
      [HTML.text(name)]
        + tables.map { lines in .text(lines.first { $0.name == name }?.value ?? "–") }
    }
    return ReportSection(
      name: "measures", title: "Measures of the features",
      contents: [.table(caption: "Measures", headings: ["measure"] + names, rows: rows)])
  }

  private static func differences(_ runs: [RunRecord], _ names: [String]) -> ReportSection {
    let tables = runs.map {
      Dictionary(
        $0.configuration.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    }
    let keys = Set(tables.flatMap(\.keys)).sorted()
    let different = keys.filter { key in Set(tables.map { $0[key] }).count > 1 }
    func rows(_ keys: [String]) -> [[HTML]] {
      keys.map { key in [.text(key)] + tables.map { .text($0[key] ?? "–") } }
    }
    let same = keys.filter { !different.contains($0) }
    let contents: [HTML] =
      different.isEmpty
      ? [.paragraph("All options are the same.")]
      : [
        .table(caption: "Options that differ", headings: ["option"] + names, rows: rows(different))
      ]
    return ReportSection(
      name: "configuration", title: "Configuration",
      contents: contents + [
        .details(
          "Options that are the same",
          [.table(caption: "Options", headings: ["option"] + names, rows: rows(same))])
      ])
  }
}
