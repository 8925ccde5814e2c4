import Contrastive

extension ReportSection {
  /// The figures to look at first, and what is wrong.
  static func summary(_ run: RunRecord, _ features: RunFeatures?, notes: [String]) -> ReportSection
  {
    var numbers: [(String, String)] = [("method", run.method)]
    if let accuracy = run.accuracy {
      numbers.append(("kNN accuracy", percent(accuracy, digits: 2)))
    }
    if let random = run.randomAccuracy {
      numbers.append((run.startName, percent(random, digits: 2)))
    }
    if let pixels = run.pixelAccuracy { numbers.append(("raw pixels", percent(pixels, digits: 2))) }
    if let logistic = features?.measures[.logisticAccuracy] {
      numbers.append(("logistic probe", percent(logistic, digits: 2)))
    }
    numbers.append(("epochs", "\(run.epochs.count)"))
    if let images = run.outcome("images") { numbers.append(("training images", fixed(images, 0))) }
    if let skipped = run.outcome("skipped"), skipped > 0 {
      numbers.append(("pictures left out", fixed(skipped, 0)))
    }
    if run.accuracy == nil, let rank = run.outcome("rankme") {
      numbers.append(("RankMe", fixed(rank, 1)))
    }
    for (key, name) in [
      ("unlabeled_images", "training images without label"),
      ("unlabeled_test_images", "test images without label"),
    ] {
      if let count = run.outcome(key) { numbers.append((name, fixed(count, 0))) }
    }
    numbers += costs(run)
    var warnings = notes
    if run.result == nil { warnings.insert("This run has not finished.", at: 0) }
    warnings += run.warnings.map { warning in
      "\(Self.epochs(warning.epochs)): \(warning.text)."
    }
    warnings += (features?.measures.warnings ?? []).map { "At the end: \($0)." }
    return summary(numbers, warnings)
  }

  /// Figures, under what is wrong.
  static func summary(
    _ numbers: [(name: String, value: String)], _ warnings: [String]
  ) -> ReportSection {
    ReportSection(
      name: "summary", title: "Summary",
      contents: notes(warnings) + [
        .element(
          "dl", ["class": "numbers"],
          numbers.map { name, value in
            .element("div", [:], [.element("dt", text: name), .element("dd", text: value)])
          })
      ])
  }

  /// What the reader should know before all else; nothing where there is nothing.
  static func notes(_ texts: [String]) -> [HTML] {
    guard !texts.isEmpty else { return [] }
    return [
      .element(
        "div", ["role": "note", "aria-label": "Warnings"],
        texts.map { .element("p", ["class": "note"], text: $0) })
    ]
  }

  /// The time a run took, and the processes that shared it.
  static func costs(_ run: RunRecord) -> [(name: String, value: String)] {
    [
      run.outcome("processes").map { ("processes", fixed($0, 0)) },
      run.outcome("seconds").map { ("time", duration($0)) },
    ].compactMap(\.self)
  }

  /// Epoch 3, Epochs 3, 5 – 7.
  private static func epochs(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, number == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let words = runs.map {
      $0.count > 1 ? "\($0.lowerBound) – \($0.upperBound)" : "\($0.lowerBound)"
    }
    return (numbers.count > 1 ? "Epochs " : "Epoch ") + words.joined(separator: ", ")
  }
}
