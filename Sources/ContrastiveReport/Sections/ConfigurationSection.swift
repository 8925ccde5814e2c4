import Contrastive

extension ReportSection {
  /// What the run was made from.
  static func configuration(_ run: RunRecord) -> ReportSection {
    let rows = run.configuration.entries.map { [HTML.text($0.name), .text($0.value)] }
    return ReportSection(
      name: "configuration", title: "Configuration",
      contents: [
        .element(
          "div", ["class": "words"],
          [.table(caption: "config.json", headings: ["option", "value"], rows: rows)])
      ])
  }

  /// Where the time went.
  static func timings(_ run: RunRecord, _ features: RunFeatures?) -> ReportSection? {
    let epochs = run.series("seconds").map(\.y)
    let rates = run.series("images_per_second").map(\.y).sorted()
    var rows: [[HTML]] = []
    func add(_ name: String, _ value: String) { rows.append([.text(name), .text(value)]) }
    if let total = run.outcome("seconds") { add("whole run", duration(total)) }
    if !epochs.isEmpty {
      add("steps of all epochs", duration(epochs.reduce(0, +)))
      add("mean epoch", duration(epochs.reduce(0, +) / Double(epochs.count)))
    }
    if !rates.isEmpty {
      let median = (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2
      add("median speed", "\(fixed(median, 0)) images/s")
    }
    for (name, seconds) in (features?.measures.seconds ?? [:]).sorted(by: { $0.key < $1.key }) {
      add("measuring \(name), for this report", duration(seconds))
    }
    guard !rows.isEmpty else { return nil }
    return ReportSection(
      name: "timings", title: "Timings",
      contents: [.table(caption: "Wall time", headings: ["what", "time"], rows: rows)])
  }
}
