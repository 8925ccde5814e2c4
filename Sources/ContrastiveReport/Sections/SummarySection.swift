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
      numbers.append(("random encoder", percent(random, digits: 2)))
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
    if let seconds = run.outcome("seconds") { numbers.append(("time", duration(seconds))) }
    let list = HTML.element(
      "dl", ["class": "numbers"],
      numbers.map { name, value in
        .element("div", [:], [.element("dt", text: name), .element("dd", text: value)])
      })
    var warnings = notes
    if run.result == nil { warnings.insert("This run has not finished.", at: 0) }
    warnings += run.warnings.map { warning in
      "\(Self.epochs(warning.epochs)): \(warning.text)."
    }
    warnings += (features?.measures.warnings ?? []).map { "At the end: \($0)." }
    return ReportSection(
      name: "summary", title: "Summary",
      contents: [list] + warnings.map { .element("p", ["class": "note"], text: $0) })
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
