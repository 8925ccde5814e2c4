import Contrastive

extension ReportSection {
  /// Loss and accuracy over the epochs, with what the accuracy is compared with.
  static func curves(_ run: RunRecord) -> ReportSection? {
    let accuracy = LineChart(
      title: "kNN accuracy on the test images", unit: "%",
      lines: [
        LineChart.Line(name: "trained", color: "var(--first)", points: run.series("knn_accuracy"))
      ],
      levels: [
        run.pixelAccuracy.map {
          LineChart.Level(name: "raw pixels", color: "var(--second)", value: $0)
        },
        run.randomAccuracy.map {
          LineChart.Level(name: run.startName, color: "var(--third)", value: $0)
        },
      ].compactMap(\.self))
    let loss = LineChart(
      title: "Loss",
      lines: [LineChart.Line(name: "loss", color: "var(--first)", points: run.series("loss"))])
    let measures = run.methodMeasures.map { name, points in
      let title = name.split(separator: "_").joined(separator: " ")
      return LineChart(
        title: title.prefix(1).uppercased() + title.dropFirst(),
        lines: [LineChart.Line(name: title, color: "var(--first)", points: points)])
    }
    return curves([accuracy, loss] + measures, above: [table(run)])
  }

  /// Charts, above what belongs to them; nil where none has a point to show.
  static func curves(_ charts: [LineChart], above rest: [HTML] = []) -> ReportSection? {
    let drawn = charts.compactMap(\.html)
    guard !drawn.isEmpty else { return nil }
    return ReportSection(
      name: "curves", title: "Curves",
      contents: [.element("div", ["class": "charts"], drawn)] + rest)
  }

  /// Rows of a table at most.
  private static let largestTable = 200

  /// The numbers behind the curves and the time each epoch took.
  private static func table(_ run: RunRecord) -> HTML {
    // Of a long run some, the last among them.
    let step = (run.epochs.count + largestTable - 1) / largestTable
    let shown = run.epochs.indices.filter { (run.epochs.count - 1 - $0) % step == 0 }
    let rows = shown.map { place in
      let epoch = run.epochs[place]
      func cell(_ name: String, _ show: (Double) -> String) -> HTML {
        .text(epoch[name]?.number.map(show) ?? "")
      }
      return [
        cell("epoch") { fixed($0, 0) }, cell("loss") { fixed($0, 4) },
        cell("knn_accuracy") { percent($0, digits: 2) }, cell("seconds") { fixed($0, 1) },
        cell("images_per_second") { fixed($0, 0) },
      ]
    }
    return .details(
      step == 1 ? "All epochs in numbers" : "One of every \(step) epochs in numbers",
      [
        .table(
          caption: "Epochs", headings: ["epoch", "loss", "kNN accuracy", "seconds", "images/s"],
          rows: rows)
      ])
  }
}

extension LineChart {
  /// A number of each epoch by its name in `metrics.jsonl`, a line for each run.
  static func lines(_ series: String, of runs: [RunRecord], _ names: [String]) -> [Line] {
    runs.indices.map {
      Line(name: names[$0], color: Palette.color($0), points: runs[$0].series(series))
    }
  }
}
